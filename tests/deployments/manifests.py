"""What lies in deployments/, read for tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deployments"
KUBERNETES = sorted((FOLDER / "kubernetes").glob("*.yaml"))


def documents(path: Path) -> list[Any]:
    """The documents of a YAML file."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def resources() -> list[Any]:
    """All that is given to Kubernetes."""
    return [
        each for path in KUBERNETES for each in documents(path) if "kind" in each and each["kind"] != "Kustomization"
    ]


def pods() -> list[tuple[str, Any]]:
    """All specifications of pods, each with a name for it; that of the work pool's Jobs with its defaults."""
    found = [(f"{each['kind']} {name}", pod) for each in [*resources(), job_of_pool()] for name, pod in _pods_in(each)]
    assert len(found) == 6
    return found


def job_of_pool() -> Any:
    """The Job that the work pool of type kubernetes makes for a run."""
    return filled(read_json("work-pools/kubernetes.json"))["job_manifest"]


def filled(template: Any) -> Any:
    """The configuration of a work pool with its defaults for variables; what has none is left out."""
    defaults = {
        name: each["default"] for name, each in template["variables"]["properties"].items() if "default" in each
    }
    defaults |= {"name": "build-quickstart", "command": ["prefect", "flow-run", "execute"]}
    defaults["env"] = [{"name": name, "value": value} for name, value in defaults["env"].items()]
    return _filled(template["job_configuration"], defaults)


def read_json(name: str) -> Any:
    """A JSON file."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def image_environment() -> dict[str, str]:
    """The environment that the image sets."""
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    (block,) = re.findall(r"^ENV ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    return dict(each.split("=", 1) for each in block.replace("\\\n", " ").split())


def _pods_in(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if "containers" in value:
            yield name, value
        for key, each in value.items():
            yield from _pods_in(each, key if key in {"scheduler", "worker"} else name)


def _filled(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, str):
        if whole := re.fullmatch(r"{{ (\w+) }}", value):
            return values.get(whole[1])
        return re.sub(r"{{ (\w+) }}", lambda found: str(values[found[1]]), value)
    if isinstance(value, list):
        return [_filled(each, values) for each in value]
    if isinstance(value, dict):
        pairs = {key: _filled(each, values) for key, each in value.items()}
        return {key: each for key, each in pairs.items() if each is not None}
    return value
