from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, derive_twelve, lead_names

eights = hnp.arrays(
    np.int16, st.tuples(st.integers(1, 3), st.just(8), st.integers(1, 20)), elements=st.integers(-10_000, 10_000)
)
loud_eights = hnp.arrays(np.int16, (1, 8, 3), elements=st.integers(-16_383, 16_383))


@given(eights | loud_eights)
def test_derived_leads_follow_from_the_stored_integers(eight: np.ndarray) -> None:
    twelve = derive_twelve(eight)
    lead = {name: twelve[:, index].astype(int) for index, name in enumerate(TWELVE_LEADS)}
    i, ii = lead["I"], lead["II"]
    assert np.array_equal(lead["III"], ii - i)
    assert np.array_equal(lead["aVR"], np.rint(-(i + ii) / 2))  # rint rounds halves to even
    assert np.array_equal(lead["aVL"], np.rint(i - ii / 2))
    assert np.array_equal(lead["aVF"], np.rint(ii - i / 2))
    assert np.all(np.abs(lead["aVR"] + lead["aVL"] + lead["aVF"]) <= 1)
    for index, name in enumerate(EIGHT_LEADS):
        assert np.array_equal(lead[name], eight[:, index])


def test_any_leading_axes_are_kept() -> None:
    assert derive_twelve(np.zeros((8, 5), np.int16)).shape == (12, 5)
    assert derive_twelve(np.zeros((2, 3, 8, 5), np.int16)).shape == (2, 3, 12, 5)


def test_wrong_lead_count_and_overflow_are_told() -> None:
    with pytest.raises(ValueError, match="expected 8 leads"):
        derive_twelve(np.zeros((12, 5), np.int16))
    loud = np.zeros((8, 1), np.int16)
    loud[0], loud[1] = 32_000, -32_000
    with pytest.raises(ValueError, match="int16 range"):
        derive_twelve(loud)


def test_names() -> None:
    assert lead_names(8) == EIGHT_LEADS
    assert lead_names(12) == TWELVE_LEADS
