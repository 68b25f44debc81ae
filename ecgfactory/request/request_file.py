"""Reading a build request, with every problem at once: line, value and fix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ecgfactory.documents.reading import checked, from_keys, load
from ecgfactory.documents.source import read_source, source_of_keys
from ecgfactory.errors import BadInputError, shown
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.preflight import file_problems, preflight_problems
from ecgfactory.storage.home import from_home


def as_request(given: BuildRequest | Mapping[str, Any] | str | Path) -> BuildRequest:
    """Return the build request that is meant: as it is, by its keys, or by the path of a YAML file.

    Raises
    ------
    BadInputError
        Naming everything that is wrong with it.
    """
    if isinstance(given, str | Path):
        return load_request(from_home(given))
    if not isinstance(given, BuildRequest | Mapping):
        raise BadInputError(
            f"request is {shown(given)}; give a BuildRequest, a mapping of its keys, or a YAML file's path."
        )
    return request_from_keys(given)


def request_from_keys(given: object) -> BuildRequest:
    """Return the build request that a mapping of its keys asks for; see `from_keys`."""
    return from_keys(given, BuildRequest, preflight_problems)


def load_request(path: Path, settings: Sequence[str] = ()) -> BuildRequest:
    """Read, check and return the build request in a YAML file; see `load`."""
    return load(path, BuildRequest, preflight_problems, settings)


def request_without_match(given: BuildRequest | Mapping[str, Any] | str | Path) -> BuildRequest:
    """Return the build request that is meant, as `as_request` does, without its match: the profile may not be made yet.

    Raises
    ------
    BadInputError
        Naming everything else that is wrong with it.
    """
    if isinstance(given, BuildRequest):
        return given.model_copy(update={"match": None})
    if isinstance(given, str | Path):
        source = read_source(from_home(given), BuildRequest)
    else:
        source = source_of_keys(given, BuildRequest)
    source.content.pop("match", None)
    return checked(source, BuildRequest, file_problems)
