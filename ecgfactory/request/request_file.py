"""Reading a request from YAML, with every problem of the file at once: line, value and fix."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ecgfactory.errors import BadInputError
from ecgfactory.formats import FORMATS
from ecgfactory.request.build_request import SPLIT_NAMES, BuildRequest
from ecgfactory.request.preflight import preflight_problems

Location = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass
class RequestSource:
    """The content of a request with the place where each key was written.

    Parameters
    ----------
    name : str
        The file, as the user named it.
    model : type
        What the content is meant to be.
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


def load_request(path: Path, settings: Sequence[str] = ()) -> BuildRequest:
    """Read, check and return the build request in a YAML file; see `load`."""
    return load(path, BuildRequest, preflight_problems, settings)


def load(
    path: Path,
    model: type[Model],
    machine_problems: Callable[[Model], list[tuple[str, str]]],
    settings: Sequence[str] = (),
) -> Model:
    """Read, check and return the request in a YAML file.

    Parameters
    ----------
    path : Path
        The YAML file.
    model : type
        What it is meant to be; required fields bear an example.
    machine_problems : callable
        Gives what this machine can't do of a request: the key, and a sentence with the fix.
    settings : sequence of str
        `key=value` pairs that replace keys of the file; dots reach into sections, values are YAML.

    Raises
    ------
    BadInputError
        Naming every problem of the file and the settings, each with its place and fix.
    """
    source = read_source(path, model)
    problems = [problem for text in settings if (problem := _apply_setting(source, text))]
    try:
        request = model.model_validate(source.content)
    except ValidationError as error:
        details = error.errors()
        problems += _describe_all(details, source)
        sound = _sound_part(model, source.content, details)
        problems += _located(machine_problems(sound), source) if sound else []
        raise BadInputError(_by_line(problems)) from None
    problems += _located(machine_problems(request), source)
    if problems:
        raise BadInputError(_by_line(problems))
    return request


def _by_line(problems: list[str]) -> list[str]:
    """Order problems as a reader of the file meets them."""

    def line(problem: str) -> int:
        found = re.match(r"[^ ]*?:(\d+): ", problem)
        return int(found[1]) if found else 0

    return sorted(problems, key=line)


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


def _least_keys(model: type[BaseModel]) -> str:
    needed = [f"`{key}: {value}`" for key, value in _examples(model).items()]
    return f"give at least {' and '.join(needed)}" if needed else f"known here: {', '.join(model.model_fields)}"


def _examples(model: type[BaseModel]) -> dict[str, Any]:
    """An example of each key that can't be left out."""
    required = {key: field for key, field in model.model_fields.items() if field.is_required()}
    return {key: (field.examples or ["..."])[0] for key, field in required.items()}


def _yaml_fault(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    detail = getattr(error, "problem", None) or " ".join(str(error).split())
    return f":{mark.line + 1}: not valid YAML ({detail})" if mark else f": not valid YAML ({detail})"


def _note_places(node: yaml.Node, location: Location, source: RequestSource, problems: list[str]) -> None:
    """Note the line of every key under a YAML node, and keys that stand twice."""
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            key = (*location, key_node.value)
            place = f"{source.name}:{key_node.start_mark.line + 1}"
            if key in source.places:
                problems.append(f"{place}: {_dotted(key)} stands twice; remove one.")
            source.places[key] = place
            _note_places(value_node, key, source, problems)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            key = (*location, index)
            source.places[key] = f"{source.name}:{item.start_mark.line + 1}"
            _note_places(item, key, source, problems)


def _apply_setting(source: RequestSource, text: str) -> str | None:
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


def _dotted(location: Location) -> str:
    return ".".join(str(part) for part in location)


def _located(problems: Sequence[tuple[str, str]], source: RequestSource) -> list[str]:
    return [f"{source.place(tuple(key.split('.')))}: {key}: {problem}" for key, problem in problems]


def _describe_all(details: Sequence[ErrorDetails], source: RequestSource) -> list[str]:
    """One sentence a problem; the branches of a union tell of the same key once."""
    described: dict[Location, str] = {}
    for detail in sorted(details, key=lambda detail: detail["type"] == "too_short"):
        location = _within(detail["loc"], source)
        if detail["type"] == "too_short" and detail["input"]:
            continue  # Pydantic counts a list as short once its faulty items, told of already, are dropped
        described.setdefault(location, _describe(detail, location, source))
    return list(described.values())


def _within(location: Location, source: RequestSource) -> Location:
    """Drop the union tags that Pydantic adds after the user's own keys."""
    value: Any = source.content
    kept: list[str | int] = []
    for part in location:
        if part == "[key]":
            break
        present = (isinstance(value, dict) and part in value) or (
            isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)
        )
        if not present:
            if isinstance(value, dict):
                kept.append(part)
            break
        kept.append(part)
        value = value[part]
    return tuple(kept)


def _describe(detail: ErrorDetails, location: Location, source: RequestSource) -> str:
    key, place = _dotted(location), source.place(location)
    given, context, kind = detail["input"], detail.get("ctx", {}), detail["type"]
    shown = f"{given!r}" if not isinstance(given, dict | list) else "a section" if isinstance(given, dict) else "a list"
    if detail["loc"][-1] == "[key]":
        kind = "extra_forbidden"
    match kind:
        case "extra_forbidden":
            return f"{place}: unknown key {key}; {_nearest(location, source.model)}"
        case "missing":
            example = _examples(source.model).get(key, "...")
            return f"{place}: {key} is missing; add `{key}: {example}`."
        case "value_error":
            return f"{place}: {key}: {context['error']}."
        case "literal_error":
            return f"{place}: {key} is {shown}; choose {context['expected']}."
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            bound = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
            limit = next(f"{words} {_plain(context[short])}" for short, words in bound.items() if short in context)
            return f"{place}: {key} is {shown}; it must be {limit}."
        case "too_short" | "string_too_short":
            return f"{place}: {key} is empty; give at least one value or leave the key out."
    wanted = {
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "finite_number": "a finite number",
        "float_parsing": "a number",
        "bool_type": "true or false",
        "string_type": "text; put it in quotes",
        "tuple_type": f"a list, as [{', '.join(islice(FORMATS, 2))}]",
        "dict_type": "a section of keys",
        "model_type": "a section of keys",
        "model_attributes_type": "a section of keys",
    }.get(kind, detail["msg"].lower())
    return f"{place}: {key} is {shown}; it must be {wanted}{_or_auto(location)}."


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _or_auto(location: Location) -> str:
    return " or auto" if location in {("workers", "cpu"), ("workers", "gpu")} else ""


def _nearest(location: Location, model: type[BaseModel]) -> str:
    """The known key that an unknown one was probably meant to be."""
    known = _known_keys(location[:-1], model)
    close = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}."


def _known_keys(section: Location, model: type[BaseModel]) -> list[str]:
    inner: Any = model
    for part in section:
        info = inner.model_fields.get(str(part)) if _is_model(inner) else None
        annotation = info.annotation if info else None
        inner = next((a for a in (annotation, *get_args(annotation)) if _is_model(a)), None)
    if _is_model(inner):
        return list(inner.model_fields)
    return list(SPLIT_NAMES) if section == ("splits",) else []


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _sound_part(model: type[Model], content: dict[str, Any], details: Sequence[ErrorDetails]) -> Model | None:
    """The request without its faulty keys, so that the environment is checked for the sound ones too."""
    faulty = {str(detail["loc"][0]) for detail in details}
    sound = {key: value for key, value in content.items() if key not in faulty}
    try:
        return model.model_validate(_examples(model) | sound)
    except ValidationError:
        return None
