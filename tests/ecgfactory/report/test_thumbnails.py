"""Small copies of pictures in the web page of a dataset."""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest

from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.generators.deepfakeecg import MODEL_CARD
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.report import thumbnails as module
from ecgfactory.report.book import CoverFacts
from ecgfactory.report.thumbnails import WIDTH_PX, thumbnails
from ecgfactory.report.web import write_web_page
from tests.browsing import References

pytestmark = pytest.mark.slow


def test_a_copy_is_small_and_says_what_it_is(pictured: Path) -> None:
    dataset = Dataset(pictured)
    (first, *others) = thumbnails(dataset, ["0", "1"], "..")
    assert [copy.record_id for copy in (first, *others)] == ["00000000", "00000000", "00000001", "00000001"]
    picture = dataset.picture("0")
    page = picture.truth.page
    assert first.words.startswith(f"{page.layout} at {page.speed_mm_per_s:g} mm/s and {page.gain_mm_per_mv:g} mm/mV")
    assert (pictured / "reports" / first.path).resolve() == picture.path.resolve()
    copied = np.frombuffer(base64.b64decode(first.source.removeprefix("data:image/jpeg;base64,")), dtype=np.uint8)
    pixels = cv2.imdecode(copied, cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels.shape[:2] == (first.height_px, first.width_px)
    like = cv2.resize(picture.pixels, (WIDTH_PX, first.height_px), interpolation=cv2.INTER_AREA)
    assert np.abs(pixels[..., ::-1].astype(float) - like).mean() < 8


def test_where_there_are_too_many_each_record_has_one(pictured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    assert [copy.record_id[-1] for copy in thumbnails(Dataset(pictured), ["0", "1"], "..")] == ["0", "0", "1"]


def test_a_dataset_without_pictures_has_none(built: Path) -> None:
    assert thumbnails(Dataset(built), ["0"], "..") == []


def test_a_broken_picture_is_named(pictured: Path, tmp_path: Path) -> None:
    copy = tmp_path / "pictured" / pictured.name
    shutil.copytree(pictured, copy)
    victim = Dataset(copy).picture("0").path
    victim.write_bytes(b"no picture")
    with pytest.raises(DamagedDatasetError, match=rf"{victim.name}: can't be read as a picture"):
        thumbnails(Dataset(copy), ["0"], "..")


def test_the_page_shows_them_and_leads_to_the_files(pictured: Path, tmp_path: Path) -> None:
    copies = thumbnails(Dataset(pictured), ["0", "1"], str(pictured))
    facts = CoverFacts("n", "0" * 16, 6, 6, TWELVE_LEADS, 10, 1, "m", "basic", MODEL_CARD, {"train": 6}, {})
    page = tmp_path / "index.html"
    write_web_page(page, facts, [], "", pa.table({}), thumbnails=copies)
    text = page.read_text(encoding="utf-8")
    links = [link for link in References(text).links if link.startswith(str(pictured))]
    assert [Path(link).name for link in links] == [Path(copy.path).name for copy in copies]
    assert all(Path(link).is_file() for link in links)
    assert text.count('<img src="data:image/jpeg;base64,') == len(copies)
    assert 'href="#pictures"' in text
    write_web_page(page, facts, [], "", pa.table({}))
    assert not re.search("#pictures|class=.pictures|<img", page.read_text(encoding="utf-8"))
