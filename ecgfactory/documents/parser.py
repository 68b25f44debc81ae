"""YAML text to plain values with the line of each, within limits that hold whatever the text does.

PyYAML finds the parts of the text. What they stand for is decided here: no tag makes an object, and an alias counts as
much as what it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml
from yaml.reader import ReaderError

from ecgfactory.documents.core_schema import Scalar, scalar_of

Location = tuple[str | int, ...]
"""Keys and places in lists, from the outside in."""

DEEPEST_LEVEL = 20
MOST_VALUES = 20_000


class ParseError(Exception):
    """The text can't be read.

    Parameters
    ----------
    line : int or None
        Where, from 1.
    reason : str
        What is wrong and how to mend it; of the text itself, it holds at most a character.
    """

    def __init__(self, line: int | None, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(reason)


@dataclass
class Document:
    """A YAML text, read.

    Parameters
    ----------
    content : object
        Its value, of mappings by text, lists and scalars; None where there is none.
    lines : dict of Location to int
        Line of each key and item, from 1.
    doubled : list of (Location, int)
        Keys that are given again, and the line of that.
    words : dict of Location to str
        What was typed where an unquoted word stands for a number, true or false.
    blank : set of Location
        Keys with nothing after them.
    """

    content: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    doubled: list[tuple[Location, int]] = field(default_factory=list)
    words: dict[Location, str] = field(default_factory=dict)
    blank: set[Location] = field(default_factory=set)


def parse(text: str) -> Document:
    """Read a YAML text.

    Raises
    ------
    ParseError
        When it is no YAML, or holds too much.
    """
    try:
        return _Parser(text).document
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _not_yaml(line, f"the character U+{ord(text[error.position]):04X} is not allowed") from None
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error.problem_mark.line + 1 if error.problem_mark else None, _problem(error)) from None
    except (ValueError, OverflowError):  # raw from PyYAML, for numbers beyond Unicode or Python's limit
        raise _not_yaml(None, "an escaped character or a %YAML version that can't be") from None


class _Parser:
    def __init__(self, text: str) -> None:
        self.document = Document()
        self._values = 0
        self._read: list[yaml.Event] = []
        self._anchored: dict[str, slice | None] = {}
        """Where among the events that stands which an anchor names; None until its end is read."""
        self._stream = self._events(text)
        self._parse()

    def _events(self, text: str) -> Iterator[yaml.Event]:
        """Yield the parts of the text, and keep them for aliases."""
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            self._read.append(event)
            yield event

    def _parse(self) -> None:
        next(self._stream)
        if isinstance(next(self._stream), yaml.StreamEndEvent):
            return
        self.document.content = self._value(next(self._stream), self._stream, ())
        next(self._stream)
        if not isinstance(after := next(self._stream), yaml.StreamEndEvent):
            _fail(after, "a second document begins here; give one in a file")

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], location: Location) -> Any:
        """Return the value that begins with an event, and take the rest of it from those that follow."""
        self._heed_limits(event, location)
        if isinstance(event, yaml.AliasEvent):
            again = iter(self._events_of(event))
            return self._value(next(again), again, location)
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.anchor is None or events is not self._stream:
            return self._content(event, events, location)
        if event.anchor in self._anchored:
            _fail(event, "an anchor (&) is given twice; give each another name")
        self._anchored[event.anchor], begin = None, len(self._read) - 1
        content = self._content(event, events, location)
        self._anchored[event.anchor] = slice(begin, len(self._read))
        return content

    def _heed_limits(self, event: yaml.Event, location: Location) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            _fail(event, f"more than {MOST_VALUES:,} values, counting those that aliases stand for; write fewer")
        if len(location) > DEEPEST_LEVEL:
            _fail(event, f"more than {DEEPEST_LEVEL} levels inside each other; write fewer")

    def _events_of(self, alias: yaml.AliasEvent) -> list[yaml.Event]:
        """Return what an alias stands for, to be read anew: each use is counted, and shares no value with another."""
        place = self._anchored.get(str(alias.anchor))
        if place is None:
            _fail(alias, "an alias (*) stands for nothing that is complete before it; write the value itself")
        return self._read[place]

    def _content(
        self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, events: Iterator[yaml.Event], location: Location
    ) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
            if isinstance(value, bool | int | float):
                self.document.words[location] = event.value
            if value is None and not event.value:
                self.document.blank.add(location)
            return value
        if event.tag is not None:
            _fail(event, "a tag (!) is not read; leave it out")
        read = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._list
        return read(events, location)

    def _mapping(self, events: Iterator[yaml.Event], location: Location) -> dict[str, Any]:
        content: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                _fail(event, "a key is not a word; write a word before each colon")
            key = _text(event)
            if key == "<<":
                _fail(event, "a merge key (<<), which YAML 1.2 has not; write the keys themselves")
            inner = (*location, key)
            if key in content:
                self.document.doubled.append((inner, _line(event)))
            self.document.lines[inner] = _line(event)
            content[key] = self._value(next(events), events, inner)
        return content

    def _list(self, events: Iterator[yaml.Event], location: Location) -> list[Any]:
        content: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            inner = (*location, len(content))
            self.document.lines[inner] = _line(event)
            content.append(self._value(event, events, inner))
        return content


def _scalar(event: yaml.ScalarEvent) -> Scalar:
    text = _text(event)
    if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
        _fail(event, "a tag (!) is not read; leave it out")
    is_word = event.style is None and event.tag is None
    try:
        return scalar_of(text) if is_word else text
    except ValueError as error:
        _fail(event, f"{error}; write a shorter one")


def _text(event: yaml.ScalarEvent) -> str:
    """Return the text of a word, in which JSON may have escaped one character as two halves."""
    try:
        return event.value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        _fail(event, "half of a character (an escape from \\ud800 to \\udfff); write the character itself")


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _fail(event: yaml.Event, reason: str) -> NoReturn:
    raise ParseError(_line(event), reason)


def _not_yaml(line: int | None, reason: str) -> ParseError:
    return ParseError(line, f"not valid YAML ({reason}); fix it there")


def _problem(error: yaml.MarkedYAMLError) -> str:
    """Say what PyYAML found, without words of the text: a file that was given by mistake may hold secrets."""
    problem = str(error.problem)
    if "'\\t'" in problem:
        return "a tab; indent by spaces"
    return "a tag (!) of no known kind" if "tag handle" in problem else problem
