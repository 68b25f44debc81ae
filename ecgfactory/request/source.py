"""What a request is written in: the keys of a YAML file or a mapping, and the place of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from ecgfactory.errors import BadInputError

Location = tuple[str | int, ...]


@dataclass
class RequestSource:
    """The content of a request with the place where each key was written.

    Parameters
    ----------
    name : str
        The file, as the user named it.
    model : type
        The model of the request.
    content : dict
        The parsed keys, `--set` values included.
    places : dict of key path to str
        "FILE:LINE" or "--set KEY" for each key path.
    """

    name: str
    model: type[BaseModel]
    content: dict[str, Any] = field(default_factory=dict)
    places: dict[Location, str] = field(default_factory=dict)

    def place(self, location: Location) -> str:
        """Return where the key at a location, or the nearest one around it, was written."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, self.name)


def read_source(path: Path, model: type[BaseModel]) -> RequestSource:
    """Parse a YAML file into its content and the line of each key.

    Raises
    ------
    BadInputError
        When the file can't be read, is no YAML mapping, or holds a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadInputError(f"{path}: can't be read ({reason}); give the path of a YAML file.") from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise BadInputError(f"{path}{_yaml_fault(error)}; fix the YAML there.") from None
    if not isinstance(content, dict) or root is None:
        raise BadInputError(f"{path}: holds no keys; {_least_keys(model)}.")
    source = RequestSource(str(path), model, content)
    problems: list[str] = []
    _note_places(root, (), source, problems)
    if problems:
        raise BadInputError(problems)
    return source


def apply_setting(source: RequestSource, text: str) -> str | None:
    """Write one `key=value` into the content; return what is wrong with it, if anything."""
    key, equals, value = text.partition("=")
    location: Location = tuple(key.strip().split("."))
    if not equals or not all(location):
        return f"--set {text}: not of the form key=value; write for example --set records=100."
    try:
        parsed = yaml.safe_load(value)
    except yaml.YAMLError:
        return f"--set {text}: the value is not valid YAML; quote it."
    target = source.content
    for part in location[:-1]:
        child = target.setdefault(str(part), {})
        if not isinstance(child, dict):
            return f"--set {text}: {part} holds no keys; set {part} itself."
        target = child
    target[str(location[-1])] = parsed
    source.places[location] = f"--set {text}"
    return None


def dotted(location: Location) -> str:
    """Write a key path as `--set` takes it."""
    return ".".join(str(part) for part in location)


def examples(model: type[BaseModel]) -> dict[str, Any]:
    """An example of each key that can't be left out."""
    required = {key: field for key, field in model.model_fields.items() if field.is_required()}
    return {key: (field.examples or ["..."])[0] for key, field in required.items()}


def _least_keys(model: type[BaseModel]) -> str:
    needed = [f"`{key}: {value}`" for key, value in examples(model).items()]
    return f"give at least {' and '.join(needed)}" if needed else f"known here: {', '.join(model.model_fields)}"


def _yaml_fault(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    detail = getattr(error, "problem", None) or " ".join(str(error).split())
    return f":{mark.line + 1}: not valid YAML ({detail})" if mark else f": not valid YAML ({detail})"


def _note_places(node: yaml.Node, location: Location, source: RequestSource, problems: list[str]) -> None:
    """Note the line of every key under a YAML node, and keys that are given twice."""
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            key = (*location, key_node.value)
            place = f"{source.name}:{key_node.start_mark.line + 1}"
            if key in source.places:
                problems.append(f"{place}: {dotted(key)} is given twice; remove one.")
            source.places[key] = place
            _note_places(value_node, key, source, problems)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            key = (*location, index)
            source.places[key] = f"{source.name}:{item.start_mark.line + 1}"
            _note_places(item, key, source, problems)
