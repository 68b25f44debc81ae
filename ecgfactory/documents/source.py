"""What a user wrote: the keys of a YAML file or a mapping, and the place of each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ecgfactory.documents.file import read_text
from ecgfactory.documents.keys import examples, nearest, shown_key
from ecgfactory.documents.parser import DEEPEST_LEVEL, Location, ParseError, parse
from ecgfactory.errors import BadInputError
from ecgfactory.storage.store_path import without_credentials

MOST_TOLD = 50
"""Sentences about one document; who reads them begins with the first."""


@dataclass
class Source:
    """The content of a document with the place where each key was written.

    Parameters
    ----------
    name : str
        The file, as the user named it.
    model : type
        What it is meant to be.
    content : dict
        The keys, `--set` values included.
    places : dict of key path to str
        "FILE:LINE" or "--set KEY" for each key path.
    words : dict of key path to str
        What was typed for each value that is a number, true or false.
    blank : set of key path
        Keys with nothing after them.
    tells_values : bool
        Whether messages may show its values; not where a wrong path may have led to a file of secrets.
    """

    name: str
    model: type[BaseModel]
    content: dict[str, Any] = field(default_factory=dict)
    places: dict[Location, str] = field(default_factory=dict)
    words: dict[Location, str] = field(default_factory=dict)
    blank: set[Location] = field(default_factory=set)
    tells_values: bool = True

    def place(self, location: Location) -> str:
        """Return where the key at a location, or the nearest one around it, was written."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, self.name)

    def take_as_typed(self, location: Location) -> bool:
        """Put the typed word in place of the number, true or false that it stands for; return whether it does."""
        if location not in self.words:
            return False
        target: Any = self.content
        for part in location[:-1]:
            target = target[part]
        target[location[-1]] = self.words.pop(location)
        return True


def read_source(path: Path, model: type[BaseModel], tells_values: bool = True) -> Source:
    """Read a YAML file into its content and the line of each key.

    Raises
    ------
    BadInputError
        When the file can't be read, is no YAML mapping, has no key of the model, or holds a key twice.
    """
    try:
        document = parse(read_text(path))
    except ParseError as error:
        line = "" if error.line is None else f":{error.line}"
        raise BadInputError(f"{path}{line}: {error.reason}.") from None
    if not isinstance(document.content, dict) or not document.content:
        raise BadInputError(f"{path}: holds no keys; {_least_keys(model)}.")
    if not _is_meant_as(model, document.content):
        raise BadInputError(f"{path}: has none of the keys that are known here; {_least_keys(model)}.")
    if document.doubled:
        doubled = document.doubled[:MOST_TOLD]
        raise BadInputError([f"{path}:{line}: {shown_key(key)} is given twice; remove one." for key, line in doubled])
    places = {key: f"{path}:{line}" for key, line in document.lines.items()}
    return Source(str(path), model, document.content, places, document.words, document.blank, tells_values)


def source_of_keys(given: Mapping[str, Any], model: type[BaseModel]) -> Source:
    """Take a mapping of keys; paths in it, which only Python can give, are taken as the texts that they are."""
    return Source("request", model, _paths_as_text(given))


def _paths_as_text(given: Any) -> Any:
    if isinstance(given, Mapping):
        return {key: _paths_as_text(value) for key, value in given.items()}
    return os.fsdecode(given) if isinstance(given, os.PathLike) else given


def apply_setting(source: Source, text: str) -> str | None:
    """Write one `key=value` into the content; return what is wrong with it, if anything."""
    key, equals, value = text.partition("=")
    told = f"--set {without_credentials(text)}"
    location: Location = tuple(key.strip().split("."))
    if not equals or not all(location) or len(location) > DEEPEST_LEVEL:
        return f"{told}: not of the form key=value; write for example --set records=100."
    try:
        parsed = parse(value)
    except ParseError as error:
        return f"{told}: the value is no good: {error.reason}."
    if parsed.doubled:
        return f"{told}: {shown_key(parsed.doubled[0][0])} is given twice; remove one."
    target = source.content
    for part in location[:-1]:
        child = target.setdefault(str(part), {})
        if not isinstance(child, dict):
            return f"{told}: {part} holds no keys; set {part} itself."
        target = child
    target[str(location[-1])] = parsed.content
    for depth in range(1, len(location)):
        source.places.setdefault(location[:depth], told)
    for replaced in [place for place in source.places if place[: len(location)] == location]:
        del source.places[replaced]
    source.places[location] = told
    for replaced in [place for place in source.words if place[: len(location)] == location]:
        del source.words[replaced]
    source.blank = {place for place in source.blank if place[: len(location)] != location}
    source.words |= {location + inner: word for inner, word in parsed.words.items()}
    return None


def _is_meant_as(model: type[BaseModel], content: dict[str, Any]) -> bool:
    """Whether a key is known, or nearly; keys of any other file are not told, since they may be secrets."""
    known = list(model.model_fields)
    return any(key in content for key in known) or any(nearest(key, known) for key in islice(content, 20))


def _least_keys(model: type[BaseModel]) -> str:
    needed = [f"`{key}: {value}`" for key, value in examples(model).items()]
    return f"give at least {' and '.join(needed)}" if needed else f"known here: {', '.join(model.model_fields)}"
