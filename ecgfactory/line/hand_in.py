"""Handing in what a job made, so that the build's own process finds it, on whichever machine that is."""

from __future__ import annotations

import secrets
from pathlib import Path

from ecgfactory.errors import BuildFailedError
from ecgfactory.line.draft import Made
from ecgfactory.session.ledger import staged_files
from ecgfactory.session.workspace import MADE, Workspace, is_going_on
from ecgfactory.storage.at_once import at_once


def hand_in(workspace: Workspace, folder: Path) -> Made:
    """Return the files in a folder as what was made; uploaded where the session's work is kept in a store.

    Raises
    ------
    BuildFailedError
        When the session is over by now; nothing is left there.
    """
    files = tuple(staged_files(folder))
    if workspace.kept is None:
        return Made(folder, files)
    place = workspace.kept / MADE / secrets.token_hex(8)
    at_once(lambda file: place.store.send(folder / file.path, (place / file.path).name, file.sha256), files)
    if not is_going_on(workspace.kept):  # whoever removed the session may have listed it before
        place.store.delete([(place / file.path).name for file in files])
        raise BuildFailedError(f"{workspace.kept}: the session is over, and nothing more is made for it.")
    return Made(place, files)
