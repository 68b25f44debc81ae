"""Arguments of the Python functions as the plan of a dataset: checked as a request is, with the same results."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ecgfactory.candidates.planning import planned
from ecgfactory.documents.reading import checked
from ecgfactory.documents.source import Source
from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan
from ecgfactory.request.preflight import file_problems, worker_problems

SECTIONS = {
    "model": "generator",
    "checkpoint": "generator",
    "edges": "generator",
    "device": "generator",
    "batch": "generator",
    "policy": "quality",
    "bounds": "quality",
    "waves": "labels",
}
"""Keys in a section of a request that are plain arguments here."""

PathLike = str | Path
BoundsByRule = Mapping[str, Mapping[str, float]]
MatchAsked = Mapping[str, Any]
"""`{"reference": PATH, "strength": 0.5}`, or `{"heart_rate_bpm": {"50-60": 0.2, "60-70": 0.8}}`."""
RhythmAsked = Mapping[str, float]
"""Share of the ECGs in each rhythm, by its name."""
SignalKeys = Mapping[str, float | str | None]
ArtefactsAsked = Mapping[str, Any] | bool
"""The keys of a request's section `artefacts`; True for the usual mixture, False for none."""


def asked_plan(caller: str, **arguments: Any) -> Plan:
    """Make the plan of what a function was asked for.

    Parameters
    ----------
    caller : str
        The function's name, for messages.
    **arguments
        Values by the name of their key in a build request.

    Raises
    ------
    BadInputError
        Naming everything that is wrong, one sentence each.
    """
    content: dict[str, Any] = {"name": caller}
    for name, given in arguments.items():
        value = _plain(given)
        section = SECTIONS.get(name)
        target = content if section is None else content.setdefault(section, {})
        target[name] = _section(value) if name == "artefacts" else value
    source = Source(caller, BuildRequest, content)
    try:
        request = checked(source, BuildRequest, lambda asked: file_problems(asked) + worker_problems(asked))
    except BadInputError as error:
        raise BadInputError([_without_sections(problem) for problem in error.problems]) from None
    try:
        return planned(request)
    except BadInputError as error:
        raise BadInputError([f"{caller}: {_without_sections(problem)}" for problem in error.problems]) from None


def candidate_number(caller: str, argument: str, value: int, least: int = 0) -> int:
    """Return a candidate number, or a number of candidates, as an int.

    Raises
    ------
    BadInputError
        When it is not a whole number, or below `least`.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise BadInputError(f"{caller}: {argument} is {value!r}; it must be a whole number, at least {least}.")
    return int(value)


def _section(artefacts: object) -> object:
    """Return what stands for artefacts in a request."""
    return ({} if artefacts else None) if isinstance(artefacts, bool) else artefacts


def _plain(value: Any) -> Any:
    """Turn paths into text, and NumPy's numbers into Python's."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return value


def _without_sections(problem: str) -> str:
    for section in set(SECTIONS.values()):
        problem = problem.replace(f"{section}.", "")
    return problem
