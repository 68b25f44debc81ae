"""What is wrong with a request, in sentences: value, place and fix."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import islice
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ecgfactory.formats import FORMATS
from ecgfactory.request.build_request import SPLIT_NAMES
from ecgfactory.request.source import Location, RequestSource, dotted, examples


def describe_all(details: Sequence[ErrorDetails], source: RequestSource) -> list[str]:
    """One sentence per problem; a key that several branches of a union report is named once."""
    described: dict[Location, str] = {}
    for detail in sorted(details, key=lambda detail: detail["type"] == "too_short"):
        location = _within(detail["loc"], source)
        if detail["type"] == "too_short" and detail["input"]:
            continue  # Pydantic counts a list as short once its faulty items, reported already, are dropped
        described.setdefault(location, _describe(detail, location, source))
    return list(described.values())


def located(problems: Sequence[tuple[str, str]], source: RequestSource) -> list[str]:
    """Put the place of its key before each problem."""
    return [f"{source.place(tuple(key.split('.')))}: {key}: {problem}" for key, problem in problems]


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
    key, place = dotted(location), source.place(location)
    given, context, kind = detail["input"], detail.get("ctx", {}), detail["type"]
    shown = f"{given!r}" if not isinstance(given, dict | list) else "a section" if isinstance(given, dict) else "a list"
    if detail["loc"][-1] == "[key]":
        kind = "extra_forbidden"
    match kind:
        case "extra_forbidden":
            return f"{place}: unknown key {key}; {_nearest(location, source.model)}"
        case "missing":
            example = examples(source.model).get(key, "...")
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
