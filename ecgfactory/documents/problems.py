"""What is wrong with a document, in sentences: value, place and fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic_core import ErrorDetails

from ecgfactory.documents.core_schema import scalar_of
from ecgfactory.documents.keys import (
    annotation_at,
    branches,
    dotted,
    examples,
    homes,
    known_keys,
    may_be_absent_section,
    nearest,
    shown_key,
)
from ecgfactory.documents.parser import Location
from ecgfactory.documents.source import MOST_TOLD, Source
from ecgfactory.errors import shown

WANTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "string_type": "text; put it in quotes",
    "string_unicode": "text of whole characters",
    "dict_type": "a section of keys",
    "model_type": "a section of keys",
    "model_attributes_type": "a section of keys",
}
"""What a value must be, by the kind of Pydantic's complaint."""


def describe_all(details: Sequence[ErrorDetails], source: Source) -> list[str]:
    """One sentence per problem; a key that several branches of a union report is named once."""
    described: dict[Location, str] = {}
    for detail in sorted(details, key=lambda detail: detail["type"] == "too_short"):
        location = _within(detail["loc"], source)
        if detail["type"] == "too_short" and detail["input"]:
            continue  # Pydantic counts a list as short once its faulty items, reported already, are dropped
        if len(described) <= MOST_TOLD and location not in described:
            described[location] = _describe(detail, location, source)
    return list(described.values())


def take_text_as_typed(details: Sequence[ErrorDetails], source: Source) -> bool:
    """Take what was typed where text is wanted: a name may look like a number. Return whether there was any."""
    wanted = {_within(detail["loc"], source) for detail in details if detail["type"] == "string_type"}
    taken = [source.take_as_typed(location) for location in wanted]  # all of them, not just the first
    return any(taken)


def blank_sections(source: Source) -> list[str]:
    """One sentence for each section that is named and left blank, where that would pass for doing without it."""
    return [
        f"{source.place(location)}: {shown_key(location)} has nothing after it; write its keys, {{}} for what is "
        "usual, or leave it out."
        for location in source.blank
        if may_be_absent_section(source.model, location)
    ]


def located(problems: Sequence[tuple[str, str]], source: Source) -> list[str]:
    """Put the place of its key before each problem."""
    return [f"{source.place(tuple(key.split('.')))}: {key}: {problem}" for key, problem in problems]


def _within(location: Location, source: Source) -> Location:
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


def _describe(detail: ErrorDetails, location: Location, source: Source) -> str:
    key, place = shown_key(location), source.place(location)
    given, context, kind = detail["input"], detail.get("ctx", {}), detail["type"]
    if detail["loc"][-1:] == ("[key]",):
        kind = {"string_type": "invalid_key", "value_error": kind}.get(kind, "extra_forbidden")
    match kind:
        case "invalid_key":
            section = dotted(location[:-1]) or source.name
            return f"{place}: a key of {section} is no text but a {type(given).__name__}; write it as text, in quotes."
        case "extra_forbidden":
            return f"{place}: unknown key {key}; {_meant(location, source)}"
        case "missing":
            example = examples(source.model).get(key, "...")
            return f"{place}: {key} is missing; add `{location[-1]}: {example}`."
        case "value_error":
            sentence = str(context["error"])
            return f"{place}: {f'{key}: ' if key else ''}{sentence}{'' if sentence.endswith('?') else '.'}"
        case "too_short" | "string_too_short":
            return f"{place}: {key} is empty; give at least one value or leave the key out."
    return f"{place}: {key} is {_shown(given, source)}; {_mend(detail, location, source)}."


def _shown(given: Any, source: Source) -> str:
    if isinstance(given, dict):
        return "a section"
    if isinstance(given, list | tuple):
        return "a list"
    if source.tells_values or given is None or isinstance(given, bool):
        return shown(given)
    return "text" if isinstance(given, str) else "a number"


def _mend(detail: ErrorDetails, location: Location, source: Source) -> str:
    """Say what a value must be."""
    given, context, kind = detail["input"], detail.get("ctx", {}), detail["type"]
    match kind:
        case "literal_error":
            return f"choose {context['expected']}"
        case "int_parsing_size":
            words = _or_word(location, source).removeprefix(" or ")
            return f"choose {words}" if words else "it must be a whole number of fewer digits"
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            bound = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
            limit = next(f"{words} {_plain(context[short])}" for short, words in bound.items() if short in context)
            return f"it must be {limit}"
        case "tuple_type":
            return f"it must be a list{_example(location, source)}"
    wanted = WANTED.get(kind, detail["msg"].lower().removeprefix("input should be "))
    return f"it must be {wanted}{_or_word(location, source)}{_hint(given) if 'number' in wanted else ''}"


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _example(location: Location, source: Source) -> str:
    info = source.model.model_fields.get(dotted(location))
    return f", as [{', '.join(info.default)}]" if info and isinstance(info.default, tuple) else ""


def _or_word(location: Location, source: Source) -> str:
    """Name the words that are taken in place of a number."""
    alternatives = branches(annotation_at(source.model, location))
    words = [str(word) for branch in alternatives if get_origin(branch) is Literal for word in get_args(branch)]
    return "".join(f" or {word}" for word in words)


def _hint(given: Any) -> str:
    """Tell how to write what looks like a number and is text, by YAML 1.2."""
    if not isinstance(given, str) or len(given) > 40:
        return ""
    if isinstance(scalar_of(given), int | float):
        return "; leave out its quotes"
    number = scalar_of(given.replace("_", "").replace(",", ""))
    return f"; write {number}" if isinstance(number, int | float) else ""


def _meant(location: Location, source: Source) -> str:
    """Say where an unknown key belongs, or which known one it was probably meant to be."""
    section, key = location[:-1], str(location[-1])
    if elsewhere := homes(source.model, key):
        return f"it belongs {' or '.join(_home(home, key) for home in elsewhere)}."
    known = known_keys(source.model, section)
    near = nearest(key, known)
    return f"did you mean {near}?" if near else f"known here: {', '.join(known)}."


def _home(section: Location, key: str) -> str:
    """Say where a key belongs, and how it is written there."""
    if not section:
        return f"at the top of the request: `{key}: ...`"
    written = f"{key}: ..."
    for part in reversed(section):
        written = f"{part}: {{{written}}}"
    return f"under {dotted(section)}: `{written}`"
