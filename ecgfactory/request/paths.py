"""Paths and addresses in a request."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import AfterValidator

from ecgfactory.errors import BadInputError, shown
from ecgfactory.storage.home import from_home
from ecgfactory.storage.place import check_is_path, is_address
from ecgfactory.storage.store_path import StorePath

SESSIONS = ".sessions"
"""The part of an address below which sessions keep their work, and rules of a bucket may delete it."""

LONGEST_NAME_BYTES, LONGEST_PATH_BYTES = 255, 4000
"""What file systems take, with room for what is made inside a folder."""

PLACE_WORDS = "or an address in an object store, as s3://bucket/prefix, gs://bucket/prefix or az://container/prefix"
"""What descriptions of an output say besides."""


def _could_be_a_path(text: str) -> str:
    encoded = os.fsencode(text)
    longest = max(map(len, encoded.split(b"/")))
    if b"\0" in encoded or longest > LONGEST_NAME_BYTES or len(encoded) > LONGEST_PATH_BYTES:
        raise ValueError(
            f"{shown(text)} can't be a path; give one of at most {LONGEST_PATH_BYTES:,} bytes, {LONGEST_NAME_BYTES} "
            "between slashes, without a null"
        )
    return text


def _whole_path(path: str) -> str:
    try:
        return str(from_home(path)) if path.startswith("~") else path  # else as it was written
    except BadInputError as error:
        raise ValueError(str(error).removesuffix(".")) from None


def _could_be_an_output(text: str) -> str:
    try:
        if is_address(text):
            return _beside_sessions(StorePath.parse(text))
        check_is_path(text)
    except BadInputError as error:
        raise ValueError(str(error).removesuffix(".")) from None
    return _whole_path(_could_be_a_path(text))


def _beside_sessions(place: StorePath) -> str:
    if SESSIONS in place.name.split("/"):
        raise BadInputError(f"{place} is among what sessions keep for a while ({SESSIONS}); choose a place outside it")
    return str(place)


RequestPath = Annotated[str, AfterValidator(_could_be_a_path), AfterValidator(_whole_path)]
"""A path in a request; `~` is the home of whoever reads the request first: who submits it, or the worker's user."""

RequestOutput = Annotated[str, AfterValidator(_could_be_an_output)]
"""Where datasets are, in a request: a path as `RequestPath`, or an address in an object store."""
