"""The filters as measured by what passes them, against what is stated of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sines import gain_db

from ecgfactory.recorder.filters import Filters, Phase
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.validation.simulated import simulate_ecg

LONG_UV = simulate_ecg(np.random.default_rng(8), 70, 92, noise_uv=5, duration_s=30).signal_uv
START = 5100
"""Between T and P."""

ECG_UV = LONG_UV[:, START : START + 5000]

PHASES: tuple[Phase, ...] = ("zero", "causal")
ALL = [Filters(0.5, 40, 50, phase) for phase in PHASES]


@pytest.mark.parametrize("phase", PHASES)
def test_the_response_is_as_stated(phase: Phase) -> None:
    highpass, lowpass = (Recorder(filters=Filters(*band, phase=phase)) for band in ((0.5, None), (None, 40)))
    assert [gain_db(highpass, 0.5), gain_db(lowpass, 40)] == pytest.approx([-3.01, -3.01], abs=0.05)
    assert gain_db(highpass, 0.25) == pytest.approx(-12.3, abs=0.1), "second order"
    assert gain_db(lowpass, 80) == pytest.approx(-26.4, abs=0.1), "fourth order"
    assert [gain_db(highpass, 10), gain_db(lowpass, 10)] == pytest.approx([0, 0], abs=0.01)
    notch = Recorder(filters=Filters(notch_hz=50, phase=phase))
    assert gain_db(notch, 50) < -70
    assert [gain_db(notch, 50 + off * 50 / 60) for off in (-1, 1)] == pytest.approx([-3.01, -3.01], abs=0.1)
    assert abs(gain_db(notch, 45)) < 0.15 and abs(gain_db(notch, 10)) < 0.01


def test_zero_phase_moves_nothing() -> None:
    """What is turned round in time is filtered to the same, turned round; and a peak stays where it is."""
    filters = ALL[0]
    there = filters.apply(ECG_UV, 500)
    np.testing.assert_allclose(filters.apply(ECG_UV[:, ::-1], 500)[:, ::-1], there, atol=1e-6)
    bump_uv = 1000 * np.exp(-(((np.arange(5000) - 2500) / 15) ** 2))[np.newaxis]
    assert filters.apply(bump_uv, 500).argmax() == 2500
    assert ALL[1].apply(bump_uv, 500).argmax() > 2500


def test_a_causal_filter_does_not_look_ahead() -> None:
    later_uv = ECG_UV.copy()
    later_uv[:, 4000:] = 0
    filters = ALL[1]
    assert np.array_equal(filters.apply(later_uv, 500)[:, :4000], filters.apply(ECG_UV, 500)[:, :4000])


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(ALL), st.floats(-3, 3), st.floats(-3, 3))
def test_filters_are_linear(filters: Filters, first: float, second: float) -> None:
    a, b = ECG_UV[:1, :2000].astype(float), ECG_UV[1:2, :2000].astype(float)
    apart = first * filters.apply(a, 500) + second * filters.apply(b, 500)
    np.testing.assert_allclose(filters.apply(first * a + second * b, 500), apart, atol=1e-6)


@pytest.mark.parametrize("filters", [*ALL, Filters(0.05, 150)], ids=str)
def test_ends_raise_no_wave(filters: Filters) -> None:
    """At the ends of a piece of a long ECG its filtered piece is not much other than that of the long one filtered."""
    whole = filters.apply(LONG_UV, 500)[:, START : START + 5000]
    piece = filters.apply(ECG_UV, 500)
    off = np.abs(whole - piece)
    assert off[:, 2000:3000].max() < (30 if filters.highpass_hz == 0.05 else 5)
    assert off.max() < 100
    level = filters.apply(np.full((1, 5000), 900.0), 500)
    assert np.abs(level).max() < 0.1


@pytest.mark.parametrize(
    ("filters", "words", "edf"),
    [
        (Filters(), "unfiltered", ""),
        (Filters(phase="causal"), "unfiltered", ""),
        (Filters(0.05), "filtered from 0.05 Hz, zero-phase", "HP:0.05Hz"),
        (Filters(None, 150, 50, "causal"), "filtered up to 150 Hz, notch 50 Hz, causal", "LP:150Hz N:50Hz"),
        (Filters(0.5, 40), "filtered 0.5-40 Hz, zero-phase", "HP:0.5Hz LP:40Hz"),
    ],
    ids=str,
)
def test_words_for_pages_and_headers(filters: Filters, words: str, edf: str) -> None:
    assert (str(filters), filters.edf_text, bool(filters)) == (words, edf, words != "unfiltered")


HZ = st.one_of(st.none(), st.sampled_from([0.05, 0.5, 30.0, 40.0, 50.0, 60.0]))
SOME_FILTERS = st.builds(Filters, HZ, HZ, HZ, st.sampled_from(["zero", "causal"]))


@given(SOME_FILTERS, SOME_FILTERS)
def test_after_others_only_what_is_stricter_is_left(filters: Filters, passed: Filters) -> None:
    assert not filters.after(filters)
    assert not passed.after(filters.stricter(passed))
    left = filters.after(passed)
    both, passed_both = filters.stricter(passed), passed.stricter(left)
    for kind in ("highpass_hz", "lowpass_hz"):
        assert getattr(passed_both, kind) == getattr(both, kind)
    assert filters.after(Filters()) == filters
