from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.dataset.names import LATEST, MANIFEST_FILE
from ecgfactory.dataset.shelf import shelf_of
from ecgfactory.dataset.store_shelf import latest_in
from ecgfactory.storage.place import as_place
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


@pytest.mark.parametrize("content", [b"{}", b"words", b"[]", b"\xff", b'{"published_at": 3}'])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_latest_is_mended_where_it_names_what_can_not_be_read(content: bytes, scheme: str, tmp_path: Path) -> None:
    for plan_id, manifest in (("damaged", content), ("sound", b'{"published_at": "2020-01-01"}')):
        (tmp_path / "name" / plan_id).mkdir(parents=True)
        (tmp_path / "name" / plan_id / MANIFEST_FILE).write_bytes(manifest)
    shelf_of(as_place(f"{scheme}{tmp_path}/name/damaged")).point_latest()
    sound = as_place(f"{scheme}{tmp_path}/name/sound")
    shelf_of(sound).settle_latest()
    named = latest_in(sound.parent) if isinstance(sound, StorePath) else (sound.parent / LATEST).resolve()
    assert named == sound
