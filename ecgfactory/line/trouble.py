"""What may go wrong in a worker, in words for the user."""

from __future__ import annotations

import errno

from ecgfactory.errors import BuildFailedError
from ecgfactory.session.workspace import Workspace


def full_disk(error: OSError, work: str, workspace: Workspace) -> BuildFailedError | OSError:
    """Return what to raise for an error of the system in some work: a sentence where the disk is full."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return error
    return BuildFailedError(
        f"{work}: no space left in {workspace.root.parent.parent}; make room and build again, "
        "what is committed is kept."
    )
