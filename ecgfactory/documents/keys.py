"""The keys that a model knows: which there are in a section, which is near, and where one belongs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from ecgfactory.documents.parser import Location

NEAR = 0.7
"""Likeness of two keys, from 0 to 1, from which one may be meant as the other."""

KEY_PATTERN = re.compile(r"\w[\w.-]{0,39}")


@dataclass(frozen=True)
class Among:
    """Annotation of the keys of a dict: those that there usually are, for messages only."""

    usual: Callable[[], Iterable[str]]


def dotted(location: Location) -> str:
    """Write a key path as `--set` takes it."""
    return ".".join(str(part) for part in location)


def shown_key(location: Location) -> str:
    """Write a key path for a message; what looks like no key may be a line of a file of secrets, and is not shown."""
    return ".".join(
        str(part) if isinstance(part, int) or KEY_PATTERN.fullmatch(part) else "(not a word)" for part in location
    )


def examples(model: type[BaseModel]) -> dict[str, Any]:
    """Return an example of each key that can't be left out."""
    required = {key: field for key, field in model.model_fields.items() if field.is_required()}
    return {key: (field.examples or ["..."])[0] for key, field in required.items()}


def nearest(key: str, known: Iterable[str]) -> str | None:
    """Return the known key that another was probably meant to be."""
    close = difflib.get_close_matches(key, known, n=1, cutoff=NEAR)
    return close[0] if close else None


def annotation_at(model: type[BaseModel], location: Location) -> Any:
    """Return the type of what stands at a key path; None where nothing can."""
    annotation: Any = model
    for part in location:
        annotation = _inside(annotation, str(part))
    return annotation


def may_be_absent_section(model: type[BaseModel], location: Location) -> bool:
    """Return whether a section stands at a key path or, in place of it, nothing."""
    alternatives = list(branches(annotation_at(model, location)))
    return any(map(_is_model, alternatives)) and type(None) in alternatives


def known_keys(model: type[BaseModel], section: Location) -> list[str]:
    """Return the keys that are known in a section."""
    return _keys(annotation_at(model, section))


def homes(model: type[BaseModel], key: str) -> list[Location]:
    """Return the sections in which a key is known."""
    return [section for section, known in _sections(model, ()) if key in known]


def branches(annotation: Any) -> Iterator[Any]:
    """Yield the alternatives that a type allows."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from branches(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for branch in get_args(annotation):
            yield from branches(branch)
    else:
        yield annotation


def _inside(annotation: Any, part: str) -> Any:
    for branch in branches(annotation):
        if _is_model(branch):
            field = branch.model_fields.get(part)
            return field.annotation if field else None
        if get_origin(branch) in (dict, tuple):
            return get_args(branch)[get_origin(branch) is dict]
    return None


def _sections(annotation: Any, location: Location) -> Iterator[tuple[Location, list[str]]]:
    """Yield the key path of every section of named keys, with the keys."""
    if known := _keys(annotation):
        yield location, known
    for model in filter(_is_model, branches(annotation)):
        for key, info in model.model_fields.items():
            yield from _sections(info.annotation, (*location, key))


def _keys(annotation: Any) -> list[str]:
    for branch in branches(annotation):
        if _is_model(branch):
            return list(branch.model_fields)
        if get_origin(branch) is dict and (names := _names(get_args(branch)[0])):
            return names
    return []


def _names(key_type: Any) -> list[str]:
    """Return the names among which the keys of a dict are."""
    if get_origin(key_type) is Literal:
        return list(get_args(key_type))
    among = (note for note in get_args(key_type) if isinstance(note, Among))
    return [name for note in among for name in note.usual()]


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)
