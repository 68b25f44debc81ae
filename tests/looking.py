"""Waiting for what other processes and threads do: on a busy machine it may take long, and none waits for ever."""

from __future__ import annotations

import glob
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

PATIENCE_S = 120.0
"""What takes longer never comes."""

Found = TypeVar("Found")


def until(happened: Callable[[], Found], what: str, patience_s: float = PATIENCE_S, every_s: float = 0.005) -> Found:
    """Look again and again, until something is there; return it.

    Parameters
    ----------
    happened : callable
        Looks; what it returns counts as nothing while it is false.
    what : str
        What is waited for, for the message when it does not come.
    patience_s : float
        For how many seconds.
    every_s : float
        Seconds from one look to the next.
    """
    deadline = time.monotonic() + patience_s
    while not (found := happened()):
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(every_s)
    return found


def found(folder: Path, pattern: str) -> list[Path]:
    """Return what matches below a folder that others change: unlike `Path.glob`, it goes on where one vanishes."""
    names = glob.glob(pattern, root_dir=folder, recursive=True, include_hidden=True)  # noqa: PTH207
    return [folder / name for name in names]
