"""The wire API, generated from proto/rundlet/v1."""
