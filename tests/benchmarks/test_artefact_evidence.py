"""The page on artefacts, of a few records."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.artefact_evidence import Sizes, write_page
from benchmarks.artefacts.plain_script import add_noise
from benchmarks.artefacts.published import muscle_density
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.validation.faults import FAULTS
from tests.generated_ecgs import generated_ecgs


@pytest.mark.slow
def test_the_page_and_its_pictures(tmp_path: Path) -> None:
    few = Sizes(generated=3, simulated=0, times=2, ratio_draws=2, spectrum_draws=4, pairs=0)
    page = write_page(tmp_path, few, ["basic"]).read_text()
    deviation_db = re.search(r"largest deviation of all is \*\*([\d.]+) dB\*\*", page)
    assert deviation_db is not None
    assert float(deviation_db[1]) < 0.1
    for name in [*ARTEFACTS, *(fault.name for fault in FAULTS)]:
        assert f"| {name.replace('_', ' ')} |" in page
    pictures = sorted(path.name for path in tmp_path.glob("*.png"))
    assert {"recall_basic.png", "recall_faults.png", "spectra.png", "areas.png"} <= set(pictures)
    assert len([name for name in pictures if name.startswith("examples")]) == len(ARTEFACTS) // 4
    for name in pictures:
        assert f"({name})" in page
        with Image.open(tmp_path / name) as drawn:
            assert min(drawn.size) > 300


def test_published_muscle_noise_has_its_peak_where_surface_emg_has() -> None:
    frequencies = np.arange(1, 250.0)
    assert 50 < frequencies[muscle_density(frequencies).argmax()] < 80


def test_the_plain_script_adds_noise_of_the_ratio_and_knows_no_lead_equations() -> None:
    clean = generated_ecgs(1)[0].astype(np.float64)
    added = add_noise(clean, 500, 6, np.random.default_rng(1)) - clean
    ratios_db = 10 * np.log10(clean.var(axis=1) / np.square(added).mean(axis=1))
    np.testing.assert_allclose(ratios_db, 6, atol=0.05)
