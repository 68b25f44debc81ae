"""What the proof says of readings that are right, noisy, and of another lead."""

import numpy as np
import pytest

from benchmarks.pictures.measured import snr_db
from benchmarks.pictures.sample import LAYOUTS, proof_style
from ecgfactory.paper.style import DAMAGES

STORED_UV = 500 * np.sin(np.arange(5000) / 30)


def test_the_ratio_is_that_of_variance_to_mean_square() -> None:
    error_uv = np.random.default_rng(5).normal(0, 5, STORED_UV.size)
    assert snr_db(STORED_UV, STORED_UV + error_uv) == pytest.approx(37, abs=0.3)
    assert snr_db(STORED_UV + 1000, STORED_UV + 1000 + error_uv) == pytest.approx(37, abs=0.3)
    assert snr_db(STORED_UV, STORED_UV + 500) == pytest.approx(-3, abs=0.1)


def test_the_proof_has_every_damage_in_every_layout() -> None:
    styles = [proof_style(number) for number in range(len(DAMAGES) * len(LAYOUTS))]
    assert {(style.damage, style.layout) for style in styles} == {(d, layout) for d in DAMAGES for layout in LAYOUTS}
