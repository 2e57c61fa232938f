"""Keys: str, 1 to 4,096 bytes of UTF-8. The server checks the length."""

from collections.abc import Iterable


def checked(key: str) -> str:
    """Raises TypeError for what is not a str: bytes would pass as text."""
    if not isinstance(key, str):
        raise TypeError(f"a key is a str, not {type(key).__name__}")
    return key


def checked_all(keys: Iterable[str]) -> list[str]:
    if isinstance(keys, str):
        raise TypeError("keys is one str; give a list of them")
    return [checked(key) for key in keys]
