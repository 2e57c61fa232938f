"""Strict JSON schemas of Kubernetes' kinds, from its own API description.

    kubernetes_schemas.py SWAGGER_JSON FOLDER

writes FOLDER/KIND-GROUP-VERSION.json for kubeconform. Every object refuses
fields that the API does not have.
"""

import json
import pathlib
import sys

_REF = "#/definitions/"
# What the API description leaves open, as the API server reads it.
_OPEN = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
        "oneOf": [{"type": "string"}, {"type": "integer"}]
    },
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "oneOf": [{"type": "string"}, {"type": "number"}]
    },
}


def strict(schema):
    """The schema with references moved and unknown fields refused."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {
        key: strict(value)
        for key, value in schema.items()
        if not key.startswith("x-kubernetes-")
    }
    if "properties" in changed and "additionalProperties" not in changed:
        changed["additionalProperties"] = False
    return changed


def file_name(group: str, version: str, kind: str) -> str:
    """As kubeconform builds it from {{.ResourceKind}}{{.KindSuffix}}."""
    parts = [kind, group.split(".")[0], version]
    return "-".join(part for part in parts if part).lower() + ".json"


def main(swagger: str, folder: str) -> int:
    definitions = json.loads(pathlib.Path(swagger).read_text())["definitions"]
    bodies = {
        name: _OPEN.get(name) or strict(schema)
        for name, schema in definitions.items()
    }
    out = pathlib.Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    for name, schema in definitions.items():
        kinds = schema.get("x-kubernetes-group-version-kind", [])
        if len(kinds) != 1:
            continue
        kind = kinds[0]
        (
            out / file_name(kind["group"], kind["version"], kind["kind"])
        ).write_text(json.dumps(_resource(name, kind, bodies)))
    return 0


def _resource(name: str, kind: dict, bodies: dict) -> dict:
    """One kind with the definitions that it reaches, in one file."""
    reached = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in reached:
            continue
        reached[current] = bodies[current]
        waiting += _references(bodies[current])
    api = "/".join(part for part in (kind["group"], kind["version"]) if part)
    root = dict(reached[name])
    root["properties"] = dict(
        root["properties"],
        apiVersion={"const": api},
        kind={"const": kind["kind"]},
    )
    root["required"] = ["apiVersion", "kind", "metadata"]
    root["definitions"] = reached
    return root


def _references(schema) -> list[str]:
    if isinstance(schema, list):
        return [name for part in schema for name in _references(part)]
    if not isinstance(schema, dict):
        return []
    found = [
        name
        for key, value in schema.items()
        if key != "$ref"
        for name in _references(value)
    ]
    if isinstance(schema.get("$ref"), str):
        found.append(schema["$ref"].removeprefix(_REF))
    return found


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
