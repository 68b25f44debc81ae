"""Which files that are there already give way to annotations."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ELSEWHERE = "choose another folder with --output"
MENDED = f"{ELSEWHERE}, or replace what is there with --overwrite."


@dataclass(frozen=True)
class Replacing:
    """Files that may be replaced: none, or all but those that the ECGs themselves are in.

    Parameters
    ----------
    overwrite : bool
        Whether any may be.
    is_input : function of Path
        Whether a file is one of those that are read (`EcgReading.is_input`).
    """

    overwrite: bool
    is_input: Callable[[Path], bool]

    def problem(self, path: Path) -> str:
        """Say in one sentence why no file is written at a path; empty where one may be."""
        if not os.path.lexists(path):
            return ""
        if path.is_dir() and not path.is_symlink():
            return f"{path} is a folder; {ELSEWHERE}."
        if self.is_input(path):
            return f"{path} is one of the files that are read, which stay as they are; {ELSEWHERE}."
        return "" if self.overwrite else f"{path} is there already; {MENDED}"
