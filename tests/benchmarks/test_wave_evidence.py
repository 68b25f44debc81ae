"""The page on the labels of waves, made of a simulated record in LUDB's layout whose waves are known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.wave_evidence import Sizes, write_page
from ecgfactory.leads import derive_twelve
from ecgfactory.validation.simulated import simulate_ecg
from tests.real_ecgs import marks_of, write_ludb_record

pytestmark = pytest.mark.slow


def test_the_page_and_its_drawings(tmp_path: Path) -> None:
    ecg = simulate_ecg(np.random.default_rng(14), 65, 92, noise_uv=5)
    write_ludb_record(tmp_path, 1, derive_twelve(ecg.signal_uv), marks_of(ecg))
    page = write_page(tmp_path, tmp_path, tmp_path / "drawings", sizes=Sizes(generated=2, pairs=0)).read_text()
    assert "1 records of LUDB (1 to 1;" in page
    rows = [line.split("|")[2:-1] for line in page.splitlines() if line.startswith(("| ecgfactory", "| NeuroKit2"))]
    ours, theirs = (np.array(cells, dtype=float) for cells in rows[:2])
    assert ours[2:4].min() > 0.9  # QRS
    assert theirs.shape == ours.shape == (8,)
    assert "| 1 | Sinus rhythm |" in page
    for picture in (tmp_path / "wave_errors.png", *(tmp_path / "drawings").iterdir()):
        with Image.open(picture) as drawn:
            assert min(drawn.size) > 500
