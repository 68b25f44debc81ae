"""Reading a document, with every problem at once: line, value and fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ecgfactory.documents.keys import examples
from ecgfactory.documents.problems import blank_sections, describe_all, located, take_text_as_typed
from ecgfactory.documents.source import MOST_TOLD, Source, apply_setting, read_source, source_of_keys
from ecgfactory.errors import BadInputError, shown

Model = TypeVar("Model", bound=BaseModel)
MachineCheck = Callable[[Model], list[tuple[str, str]]]
"""Gives what this machine can't do of a request: the key, and a sentence with the fix."""


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
    return checked(source, model, machine_problems, problems + blank_sections(source))


def from_keys(given: object, model: type[Model], machine_problems: MachineCheck[Model]) -> Model:
    """Return the request that a mapping of its keys asks for; one that is made already is returned as it is.

    Raises
    ------
    BadInputError
        Naming everything that is wrong with it.
    """
    if isinstance(given, model):
        return given
    if not isinstance(given, Mapping):
        raise BadInputError(f"request is {shown(given)}; give a {model.__name__}, or a mapping of its keys.")
    return checked(source_of_keys(given, model), model, machine_problems)


def checked(
    source: Source,
    model: type[Model],
    machine_problems: MachineCheck[Model],
    known_problems: Sequence[str] = (),
) -> Model:
    """Return what a source holds, or raise everything that is wrong with it; see `load`."""
    problems = list(known_problems)
    try:
        request = model.model_validate(source.content)
    except ValidationError as error:
        details = error.errors()
        if take_text_as_typed(details, source):
            return checked(source, model, machine_problems, known_problems)
        problems += describe_all(details, source)
        faulty = {str(detail["loc"][0]) for detail in details if detail["loc"]}
        sound = _sound_part(model, source.content, faulty)
        found = machine_problems(sound) if sound else []
        problems += located([(key, problem) for key, problem in found if key.split(".")[0] not in faulty], source)
        raise BadInputError(_in_order(problems, source)) from None
    problems += located(machine_problems(request), source)
    if problems:
        raise BadInputError(_in_order(problems, source))
    return request


def _in_order(problems: list[str], source: Source) -> list[str]:
    """Order problems as a reader of the file meets them, and leave out what nobody would read."""

    def line(problem: str) -> int:
        found = re.match(r":(\d+): ", problem.removeprefix(source.name))
        return int(found[1]) if found else 0

    ordered = sorted(problems, key=line)
    if len(ordered) > MOST_TOLD:
        return [*ordered[:MOST_TOLD], f"{source.name}: there is more of this kind; mend these first."]
    return ordered


def _sound_part(model: type[Model], content: dict[str, Any], faulty: Collection[str]) -> Model | None:
    """The request without its faulty keys, so that the environment is checked for the valid ones too."""
    sound = {key: value for key, value in content.items() if key not in faulty}
    try:
        return model.model_validate(examples(model) | sound)
    except ValidationError:
        return None
