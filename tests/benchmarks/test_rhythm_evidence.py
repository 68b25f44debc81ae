"""The page on composed rhythms, small."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks.rhythm_evidence import Sizes, write_page

pytestmark = pytest.mark.slow


def test_the_page_and_its_pictures(tmp_path: Path) -> None:
    sizes = Sizes(composed=4, found=1, joined=8, sources=4, pairs=0)
    page = write_page(None, tmp_path, sizes, rhythms=("premature_ventricular", "atrial_fibrillation")).read_text()
    assert "4 candidates of each rhythm" in page
    for title in (
        "Called by name",
        "Sinus rhythm as composed and as generated",
        "Joins",
        "Measured as put in",
        "R peaks",
        "Atrial fibrillation beside the real one",
    ):
        assert f"\n## {title}\n" in page
    assert "| dominant frequency in V1, Hz | none | " in page  # nothing real without LUDB
    with Image.open(tmp_path / "rhythms_1.png") as drawn:
        assert min(drawn.size) > 500
