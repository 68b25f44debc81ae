from __future__ import annotations

import os
from pathlib import Path

from ecgfactory.storage.disk_use import disk_use, freed_bytes


def test_links_are_counted_once_and_symbolic_ones_not_followed(tmp_path: Path) -> None:
    first, second, elsewhere = (tmp_path / name for name in ("first", "second", "elsewhere"))
    for folder in (first / "inner", second, elsewhere):
        folder.mkdir(parents=True)
    (first / "inner" / "own").write_bytes(b"x" * 30)
    (first / "shared").write_bytes(b"x" * 200)
    os.link(first / "shared", first / "again")
    os.link(first / "shared", second / "shared")
    (elsewhere / "big").write_bytes(b"x" * 1000)
    (first / "link").symlink_to(elsewhere)
    (first / "file-link").symlink_to(elsewhere / "big")
    assert disk_use(first).size_bytes == 230
    assert freed_bytes([disk_use(first)]) == 30
    assert freed_bytes([disk_use(first), disk_use(second)]) == 230
    assert disk_use(first / "inner" / "own").size_bytes == 30
    assert disk_use(tmp_path / "gone").size_bytes == 0
