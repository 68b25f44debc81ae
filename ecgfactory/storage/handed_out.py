"""Files at paths that a user gives: outside published datasets, replacing nothing by mistake, whole or not there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ecgfactory.errors import BadInputError
from ecgfactory.storage import durable
from ecgfactory.storage.sealed import check_outside


def check_free(path: Path, overwrite: bool) -> None:
    """Check that nothing is at a path, unless it may be replaced.

    Raises
    ------
    BadInputError
        When there is.
    """
    if os.path.lexists(path) and not overwrite:
        raise BadInputError(
            f"{path}: is there already; choose another name, or replace it with --overwrite (Python: overwrite=True)."
        )


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path, which replaces `path` when the block ends well.

    Raises
    ------
    BadInputError
        When it can't be written, or is inside a published dataset.
    """
    with whole_files([path]) as (temporary,):
        yield temporary


@contextlib.contextmanager
def whole_files(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Give temporary paths, as `whole_file` does, of files that are made or replaced together."""
    for path in paths:
        check_outside(path)
    try:
        with durable.atomic_paths(paths) as temporaries:
            yield temporaries
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise BadInputError(
            f"{paths[0]}: can't be written ({reason}); choose a file in an existing folder that you may write to."
        ) from error
