"""Marks of waves: in order, where they are drawn, and the same in any batch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.intervals import measure_intervals
from ecgfactory.validation.ludb import median_intervals
from ecgfactory.validation.simulated import simulate_ecg
from ecgfactory.wave_table import ABSENT
from ecgfactory.waves.marks import find_marks
from tests.drawn_ecgs import NAMES, drawn_ecg
from tests.generated_ecgs import generated_ecgs

BEATS_S = np.arange(0.3, 10, 0.85)


def marks_of(signal_uv, names=EIGHT_LEADS, rate_hz=500):
    return find_marks(signal_uv, find_beats(signal_uv, names, rate_hz), names, rate_hz)


def assert_in_order(rows, samples):
    """No wave of a lead, shape (beats, 3, 3), overlaps another, is out of order or beyond the record."""
    waves = rows.reshape(-1, 3)
    points = waves[(waves != ABSENT).any(axis=1)].copy()
    assert ((points >= 0) | (points == ABSENT)).all() and (points < samples).all()
    assert (points[:, 1] != ABSENT).all()
    assert (points[1:, 0] != ABSENT).all() and (points[:-1, 2] != ABSENT).all(), "only ends of the record cut waves"
    points[:1, 0] = np.where(points[:1, 0] == ABSENT, 0, points[:1, 0])
    points[-1:, 2] = np.where(points[-1:, 2] == ABSENT, samples - 1, points[-1:, 2])
    assert (points[:, 0] <= points[:, 1]).all() and (points[:, 1] <= points[:, 2]).all()
    assert (points[:-1, 2] < points[1:, 0]).all()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rate_hz=st.sampled_from([100, 250, 360, 500, 1000]),
    leads=st.integers(1, 12),
    duration_s=st.floats(2, 10),
    kind=st.sampled_from(["sinus", "fast", "bridged", "noise", "walk", "bursts", "constant"]),
)
def test_waves_are_in_order_whatever_the_signal(seed, rate_hz, leads, duration_s, kind):
    rng = np.random.default_rng(seed)
    samples = round(duration_s * rate_hz)
    if kind in ("sinus", "fast", "bridged"):
        rr_s = rng.uniform(0.28, 0.4) if kind == "fast" else rng.uniform(0.5, 1.4)
        beats_s = np.cumsum(rr_s * rng.uniform(0.8, 1.2, 40)) - rr_s
        signal_uv = drawn_ecg(beats_s, duration_s=samples / rate_hz, rate_hz=rate_hz, leads=leads)
        if kind == "bridged":
            signal_uv[: rng.integers(1, leads + 1), : round(rng.uniform(0.3, 1) * samples)] = rng.integers(-40, 40)
    else:
        noise = rng.normal(size=(leads, samples))
        bursts = noise * (np.sin(2 * np.pi * rng.uniform(1, 4) * np.arange(samples) / rate_hz) > rng.uniform(0, 0.9))
        kinds = {"noise": noise, "bursts": bursts, "walk": 0.15 * noise.cumsum(axis=1), "constant": 0 * noise + 2.5}
        noise = 200 * kinds[kind]
        signal_uv = np.rint(noise).clip(-32767, 32767).astype(np.int16)
    names = rng.permutation(TWELVE_LEADS)[:leads].tolist()
    beats = find_beats(signal_uv[np.newaxis], names, rate_hz)
    marks = find_marks(signal_uv[np.newaxis], beats, names, rate_hz)
    assert marks.leads.shape == (1, beats.places.shape[1], leads, 3, 3)
    for lead in range(leads):
        assert_in_order(marks.leads[0, :, lead], samples)
    over_all, exists = marks.over_all[0], beats.exists[0]
    assert (over_all[exists, 1, 1] == beats.places[0, exists]).all(), "every beat has its QRS"
    assert_in_order(over_all, samples)
    in_leads, in_any = (marks.leads[0] != ABSENT).any(axis=(1, 3)), (over_all != ABSENT).any(axis=2)
    assert (in_leads[:, [0, 2]] == in_any[:, [0, 2]]).all(), "P and T are over all leads if they are in one"


@pytest.fixture(scope="module")
def generated():
    return generated_ecgs(40)


def test_a_record_has_the_same_marks_in_any_batch(generated):
    beats = find_beats(generated)
    together = find_marks(generated, beats, EIGHT_LEADS, 500)
    for few in ([3], [39], list(range(5, 22)), [30, 3, 1]):
        some = marks_of(generated[few])
        width = some.leads.shape[1]
        assert (some.leads == together.leads[few, :width]).all()
        assert (some.over_all == together.over_all[few, :width]).all()
        assert (together.leads[few, width:] == ABSENT).all()


def test_generated_ecgs_have_all_waves_and_the_intervals_of_their_median_beat(generated):
    beats = find_beats(generated)
    over_all = find_marks(generated, beats, EIGHT_LEADS, 500).over_all.astype(np.float64)
    inner = over_all[:, 1:6]
    assert (inner != ABSENT).mean() > 0.99
    inner[inner == ABSENT] = np.nan
    ours = [median_intervals(bounds) for bounds in inner[..., [0, 2]]]
    of_median_beat = measure_intervals(beats)
    for name, (mean_ms, spread_ms) in INTERVAL_BOUNDS_MS.items():
        differences = np.array([of_record[name] for of_record in ours]) - of_median_beat[name]
        assert abs(np.nanmedian(differences)) < mean_ms, name
        assert np.nanquantile(np.abs(differences), 0.9) < spread_ms, name


INTERVAL_BOUNDS_MS = {"p_duration_ms": (8, 22), "pr_ms": (6, 16), "qrs_ms": (6, 12), "qt_ms": (6, 18)}
"""Largest median difference between the medians over beats and the median beat, and that of nine tenths of records."""


def test_drawn_waves_are_found_where_they_are():
    signal_uv = drawn_ecg(BEATS_S)[np.newaxis]
    inner = marks_of(signal_uv).leads[0, 1:-1].astype(np.float64)
    after_s = inner / 500 - BEATS_S[1:-1, np.newaxis, np.newaxis, np.newaxis]
    peaks_s = np.median(after_s[..., 1], axis=(0, 1))
    assert peaks_s == pytest.approx([-0.16, 0, 0.3], abs=0.012)
    # A Gaussian is over at some 2.5 standard deviations.
    onsets_s, offsets_s = (np.median(after_s[..., side], axis=(0, 1)) for side in (0, 2))
    assert onsets_s == pytest.approx([-0.16 - 0.055, -0.045, 0.3 - 0.11], abs=0.03)
    assert offsets_s == pytest.approx([-0.16 + 0.055, 0.05, 0.3 + 0.11], abs=0.03)


def test_simulated_ecgs_without_p_have_none():
    rng = np.random.default_rng(3)
    rates = rng.uniform(55, 100, 8)
    for has_p, share in ((False, 0.1), (True, 0.9)):
        signal_uv = np.stack([simulate_ecg(rng, rate, 95, 10, has_p=has_p).signal_uv for rate in rates])
        p = marks_of(signal_uv).over_all[:, 1:7, 0, 0] != ABSENT
        assert p.mean() <= share if not has_p else p.mean() >= share


def test_leads_without_a_signal_have_no_waves_and_the_others_theirs():
    signal_uv = drawn_ecg(BEATS_S)[np.newaxis].copy()
    signal_uv[:, 2] = 0
    signal_uv[:, 5] = np.random.default_rng(1).integers(-2, 3, 5000)
    marks = marks_of(signal_uv)
    assert (marks.leads[:, :, [2, 5]] == ABSENT).all()
    assert (marks.leads[:, 1:-1, [0, 1, 3, 4, 6, 7]] != ABSENT).all()


@pytest.mark.parametrize("kind", ["flickering", "climbing", "noisy"])
def test_a_lead_without_a_signal_in_most_beats_has_waves_in_the_others_and_leaves_other_leads_alone(kind):
    whole = drawn_ecg(BEATS_S)[np.newaxis]
    dead_until = round(500 * BEATS_S[7])
    signal_uv = whole.copy()
    noise = np.random.default_rng(1).normal(size=dead_until)
    dead = {"flickering": noise.clip(-1, 1), "climbing": np.linspace(-500, 900, dead_until), "noisy": 8 * noise}
    signal_uv[:, 4, :dead_until] = np.rint(dead[kind])
    found, wanted = marks_of(signal_uv).leads[0, 1:-1], marks_of(whole).leads[0, 1:-1]
    assert kind == "noisy" or (found[:5, 4] == ABSENT).all()
    others = np.arange(8) != 4
    assert np.abs(found - wanted)[:, others].max() <= 10
    assert np.abs(found - wanted)[7:, 4].max() <= 10


@pytest.mark.parametrize("rate_hz", [100, 250, 360, 1000])
def test_marks_are_in_samples_of_the_signal_whatever_its_rate(rate_hz):
    names = NAMES[:3]
    at_500 = marks_of(drawn_ecg(BEATS_S, leads=3)[np.newaxis], names).leads[0, 1:-1]
    signal_uv = drawn_ecg(BEATS_S, leads=3, rate_hz=rate_hz)[np.newaxis]
    other = marks_of(signal_uv, names, rate_hz).leads[0, 1:-1]
    assert (other != ABSENT).all()
    assert np.quantile(np.abs(other / rate_hz - at_500 / 500), 0.95) <= 0.012


def test_of_a_single_lead_all_leads_are_that_one():
    marks = marks_of(drawn_ecg(BEATS_S, leads=1)[np.newaxis], ["II"])
    same = marks.leads[:, :, 0] == marks.over_all
    assert same[..., [0, 2]].all()


def test_the_gain_of_a_lead_does_not_matter(generated):
    gains = np.array([1, 2, 3, 1, 4, 1, 2, 5])[:, np.newaxis]
    few = generated[:4]
    beats = find_beats(few)
    plain, louder = (find_marks(signal, beats, EIGHT_LEADS, 500) for signal in (few, few * gains.astype(np.int16)))
    assert np.abs(plain.leads - louder.leads).max() <= 1


def test_what_an_end_of_the_record_cuts_is_absent():
    signal_uv = drawn_ecg([0.1, 0.9, 1.7, 2.5, 3.3, 3.9], duration_s=4)[np.newaxis]
    marks = marks_of(signal_uv)
    assert (marks.leads[0, 0, :, 0] == ABSENT).all(), "P before the first sample"
    assert (marks.leads[0, -1, :, 2] == ABSENT).all(), "T after the last"
    assert (marks.leads[0, 1:-1] != ABSENT).all()


def test_records_without_beats_have_no_marks_and_their_batch_keeps_its_own():
    beating = drawn_ecg(BEATS_S)
    batch = marks_of(np.stack([0 * beating, beating, 0 * beating, beating]))
    alone = marks_of(beating[np.newaxis])
    assert (batch.leads[[0, 2]] == ABSENT).all() and (batch.leads[[1, 3]] == alone.leads).all()
    assert (marks_of(np.zeros((3, 8, 5000), np.int16)).leads == ABSENT).all()
    assert marks_of(np.zeros((1, 8, 300), np.int16)).leads.shape[0] == 1


def test_names_and_rate_must_be_those_of_the_signal():
    signal_uv = drawn_ecg(BEATS_S)[np.newaxis]
    with pytest.raises(ValueError, match="8 leads, 2 names"):
        find_marks(signal_uv, find_beats(signal_uv), ["I", "II"], 500)
