"""Where modules are imported from: no file of the user's working folder takes the place of one that is installed.

Paths are handled by `os`, which Python itself has loaded: a pathlib.py in the working folder does no harm here.
"""

from __future__ import annotations

import os
import sys


def import_path() -> list[str]:
    """Return `sys.path` with the working folder last.

    It stays where it is when PYTHONPATH names it, or this package lies there.
    """
    entries = [entry for entry in sys.path if isinstance(entry, str)]  # Python ignores others, such as paths
    here = os.path.realpath(os.curdir)
    package_folder = os.path.realpath(f"{__file__}/../..")
    chosen = [package_folder, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    if here in map(os.path.realpath, chosen):
        return entries
    elsewhere = [entry for entry in entries if os.path.realpath(entry) != here]
    return [*elsewhere, here] if len(elsewhere) < len(entries) else elsewhere
