"""The model's package, imported from its wheel where it is not installed."""

from __future__ import annotations

import importlib.util
import sys
import zipfile
from pathlib import Path
from types import ModuleType

PATTERN = "deepfake_ecg-*.whl"


def unpack(wheel: Path | None, folder: Path) -> None:
    """Unpack the model's wheel where it is not installed; `use` then makes it importable.

    Parameters
    ----------
    wheel : Path or None
        The wheel; None for the installed package or, without one, for a wheel in the current folder.
    folder : Path
        An empty folder.

    Raises
    ------
    FileNotFoundError
        When there is neither a package nor a wheel.
    """
    if wheel is None and importlib.util.find_spec("deepfakeecg"):
        return
    found = wheel or next(iter(sorted(Path.cwd().glob(PATTERN))), None)
    if found is None or not found.is_file():
        raise FileNotFoundError(
            f"the model is neither installed nor here as {found or PATTERN}; give --wheel PATH "
            "(`pip download --no-deps deepfake-ecg==1.1.2` gets it)."
        )
    with zipfile.ZipFile(found) as archive:
        archive.extractall(folder)


def use(folder: Path) -> None:
    """Make what `unpack` left importable in this process, also without the progress bar that it imports."""
    sys.path.insert(0, str(folder))
    if importlib.util.find_spec("tqdm") is None:
        progress_bar = ModuleType("tqdm")
        progress_bar.tqdm = iter  # type: ignore[attr-defined]
        sys.modules["tqdm"] = progress_bar
