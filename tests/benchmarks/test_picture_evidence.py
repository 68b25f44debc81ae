"""The page on pictures, small."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks import picture_evidence
from benchmarks.picture_evidence import SHEET, Sizes, write_page

pytestmark = pytest.mark.slow


def test_the_page_and_its_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_evidence, "PROCESSES", 1)  # a second would take longer to start than to measure
    page = write_page(tmp_path, Sizes(proof=10, timed=0)).read_text()
    for title in ("Signals read back from masks", "Boxes, masks and polylines", "Distances of grid lines"):
        assert f"\n## {title}\n" in page
    assert "\n| photo | 2 | " in page
    assert "nearer (least squares)" in page
    with Image.open(tmp_path / SHEET) as sheet:
        assert min(sheet.size) > 1000
    assert (tmp_path / SHEET).stat().st_size <= 400_000
