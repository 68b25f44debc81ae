"""Where modules are imported from: no file of the user's working folder takes the place of one that is installed."""

from __future__ import annotations

import os
import sys

# ruff: noqa: PTH (os is what Python itself has loaded: a pathlib.py in the working folder does no harm here)


def import_path() -> list[str]:
    """Return `sys.path` with the working folder last.

    It stays where it is when PYTHONPATH names it, or this package lies there.
    """
    here = os.path.realpath(os.curdir)
    chosen = [_package_folder(), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    if here in map(os.path.realpath, chosen):
        return list(sys.path)
    elsewhere = [entry for entry in sys.path if os.path.realpath(entry) != here]
    return [*elsewhere, here] if len(elsewhere) < len(sys.path) else elsewhere


def _package_folder() -> str:
    return os.path.dirname(os.path.dirname(__file__))
