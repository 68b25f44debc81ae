"""Files that stand for others, which are elsewhere."""

from __future__ import annotations

from pathlib import Path


def stand_in(path: Path, size_bytes: int, end: bytes = b"") -> None:
    """Make a file of a size that holds nothing, but for its end, and takes no room; its folder is made with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size_bytes)
        file.seek(size_bytes - len(end))
        file.write(end)
