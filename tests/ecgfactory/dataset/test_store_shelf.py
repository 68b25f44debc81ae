from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.dataset.names import LATEST, MANIFEST_FILE
from ecgfactory.dataset.store_shelf import latest_in
from ecgfactory.storage.store_path import StorePath


@pytest.mark.parametrize(
    "content", [b"..", b".", b"", b"../other", b"other/0123", b"\xff\xfe", b"0\x001", b"0" * 10**6, b"never-published"]
)
def test_latest_never_leads_elsewhere(content: bytes, tmp_path: Path) -> None:
    """Whoever may write there may write anything."""
    datasets = StorePath.parse(f"file://{tmp_path}/output/name")
    for place in (datasets, datasets.parent, datasets.parent / "other", datasets / "0123", datasets / "other" / "0123"):
        place.store.write((place / MANIFEST_FILE).name, b"{}")
    datasets.store.write((datasets / LATEST).name, content)
    assert latest_in(datasets) is None
    datasets.store.write((datasets / LATEST).name, b"0123\n")
    assert latest_in(datasets) == datasets / "0123"
