"""Files that stand for others, which are elsewhere."""

from __future__ import annotations

from pathlib import Path


def stand_in(path: Path, size_bytes: int) -> None:
    """Make a file of a size that holds nothing and takes no room; its folder is made with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size_bytes)
