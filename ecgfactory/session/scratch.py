"""Scratch folders of this machine, for sessions whose work is kept in a store; each goes with its process, or soon."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from ecgfactory.storage.process_folder import process_folder
from ecgfactory.storage.store_path import StorePath


def scratch_folder(kept: StorePath) -> Path:
    """Return the folder in which this process works for a session; see `process_folder`.

    Parameters
    ----------
    kept : StorePath
        Where the session keeps its work.
    """
    return process_folder(hashlib.sha256(str(kept).encode()).hexdigest()[:16])


def remove_scratch(kept: StorePath) -> None:
    """Remove the folder in which this process worked for a session."""
    shutil.rmtree(scratch_folder(kept), ignore_errors=True)
