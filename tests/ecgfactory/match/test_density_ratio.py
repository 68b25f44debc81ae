from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from ecgfactory.match.density_ratio import SHARPNESS, DensityRatio

MEDIANS = {"t_I_uv": 150.0, "pr_ms": 190.0}


def test_odds_of_forests_are_multiplied_and_what_is_missing_counts_as_the_median() -> None:
    forests = (("t_I_uv<=160 0.8 0.4", "0.6"), ("pr_ms<=180 0.5 0.9",))
    ratio = DensityRatio(medians=MEDIANS, forests=forests)
    table = {"t_I_uv": np.array([100.0, np.nan, 200.0]), "pr_ms": np.array([170.0, np.nan, 170.0])}
    expected = [math.log(0.7 / 0.3), math.log(0.7 / 0.3) + math.log(9), 0.0]
    np.testing.assert_allclose(ratio.log_ratio(table), SHARPNESS * np.array(expected), atol=1e-12)


def test_no_leaf_is_ever_sure() -> None:
    ratio = DensityRatio(medians=MEDIANS, forests=(("1",),))
    assert ratio.log_ratio({name: np.zeros(1) for name in MEDIANS})[0] == pytest.approx(SHARPNESS * math.log(999))


@pytest.mark.parametrize(
    ("forests", "problem"),
    [((), "1 to 1,000 trees"), (((),), "1 to 1,000 trees"), ((("qt_ms<=1 0 1",),), "asks for 'qt_ms'")],
)
def test_what_is_no_model_is_refused(forests: tuple[tuple[str, ...], ...], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        DensityRatio(medians=MEDIANS, forests=forests)
