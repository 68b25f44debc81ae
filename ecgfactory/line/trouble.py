"""What may go wrong in a worker, in words for the user."""

from __future__ import annotations

import contextlib
import errno
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ecgfactory.errors import BuildFailedError
from ecgfactory.request.build_request import BuildRequest


def full_disk(error: OSError, work: str, request: BuildRequest) -> BuildFailedError | OSError:
    """Return what to raise for an error of the system in some work: a sentence where the disk is full."""
    folder = Path(tempfile.gettempdir() if request.is_in_store else request.output).absolute()
    elsewhere = ", or let TMPDIR name a folder on another disk," if request.is_in_store else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return BuildFailedError(
            f"{work}: no space left in {folder}; make room{elsewhere} and build again, what is committed is kept."
        )
    if error.errno == errno.EFBIG:
        return BuildFailedError(
            f"{work}: a file in {folder} would be larger than may be (ulimit -f); raise the limit and build again, "
            "what is committed is kept."
        )
    return error


@contextlib.contextmanager
def full_disk_told(request: BuildRequest) -> Iterator[None]:
    """Raise a sentence where the disk is full in whatever the block does; see `full_disk`."""
    try:
        yield
    except OSError as error:
        told = full_disk(error, request.name, request)
        if told is error:
            raise
        raise told from error
