"""The files of a comparison."""

from __future__ import annotations

import json
from pathlib import Path

from ecgfactory.comparison.result import Comparison

JSON_FILE = "comparison.json"


def write_json(comparison: Comparison, path: Path) -> None:
    """Write everything but signals as JSON."""
    path.write_text(json.dumps(comparison.to_json(), indent=1) + "\n", encoding="utf-8", newline="\n")


def write_files(comparison: Comparison, folder: Path) -> None:
    """Write all files of a comparison into a folder that exists."""
    write_json(comparison, folder / JSON_FILE)


FILES = (JSON_FILE,)
"""Names of what `write_files` writes."""
