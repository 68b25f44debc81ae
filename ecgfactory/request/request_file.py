"""Reading a request, with every problem at once: line, value and fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.preflight import preflight_problems
from ecgfactory.request.problems import describe_all, located
from ecgfactory.request.source import RequestSource, apply_setting, examples, read_source
from ecgfactory.storage.home import from_home

Model = TypeVar("Model", bound=BaseModel)
MachineCheck = Callable[[Model], list[tuple[str, str]]]
"""Gives what this machine can't do of a request: the key, and a sentence with the fix."""


def as_request(given: BuildRequest | Mapping[str, Any] | str | Path) -> BuildRequest:
    """Return the build request that is meant: as it is, by its keys, or by the path of a YAML file.

    Raises
    ------
    BadInputError
        Naming everything that is wrong with it.
    """
    if isinstance(given, BuildRequest):
        return given
    if isinstance(given, str | Path):
        return load_request(from_home(given))
    if not isinstance(given, Mapping):
        raise BadInputError(f"request is {given!r}; give a BuildRequest, a mapping of its keys, or a YAML file's path.")
    return checked(RequestSource("request", BuildRequest, dict(given)), BuildRequest, preflight_problems)


def load_request(path: Path, settings: Sequence[str] = ()) -> BuildRequest:
    """Read, check and return the build request in a YAML file; see `load`."""
    return load(path, BuildRequest, preflight_problems, settings)


def load(
    path: Path,
    model: type[Model],
    machine_problems: MachineCheck[Model],
    settings: Sequence[str] = (),
) -> Model:
    """Read, check and return the request in a YAML file.

    Parameters
    ----------
    path : Path
        The YAML file.
    model : type
        The model of the request; its required fields have an example.
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
    problems = [problem for text in settings if (problem := apply_setting(source, text))]
    return checked(source, model, machine_problems, problems)


def checked(
    source: RequestSource,
    model: type[Model],
    machine_problems: MachineCheck[Model],
    known_problems: Sequence[str] = (),
) -> Model:
    """Return the request of a source, or raise everything that is wrong with it; see `load`."""
    problems = list(known_problems)
    try:
        request = model.model_validate(source.content)
    except ValidationError as error:
        details = error.errors()
        problems += describe_all(details, source)
        faulty = {str(detail["loc"][0]) for detail in details}
        sound = _sound_part(model, source.content, faulty)
        found = machine_problems(sound) if sound else []
        problems += located([(key, problem) for key, problem in found if key.split(".")[0] not in faulty], source)
        raise BadInputError(_by_line(problems)) from None
    problems += located(machine_problems(request), source)
    if problems:
        raise BadInputError(_by_line(problems))
    return request


def _by_line(problems: list[str]) -> list[str]:
    """Order problems as a reader of the file meets them."""

    def line(problem: str) -> int:
        found = re.match(r"[^ ]*?:(\d+): ", problem)
        return int(found[1]) if found else 0

    return sorted(problems, key=line)


def _sound_part(model: type[Model], content: dict[str, Any], faulty: Collection[str]) -> Model | None:
    """The request without its faulty keys, so that the environment is checked for the valid ones too."""
    sound = {key: value for key, value in content.items() if key not in faulty}
    try:
        return model.model_validate(examples(model) | sound)
    except ValidationError:
        return None
