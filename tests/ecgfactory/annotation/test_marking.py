"""Marking waves in ECGs of any rate and length, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.annotation.arrays import annotate
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.arrays import measure
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.quality.features import measure_with_beats
from ecgfactory.recorder.rates import measured_form, to_integers_uv, to_rate
from ecgfactory.wave_table import ABSENT, WaveTable
from ecgfactory.waves.label import label_waves
from tests.drawn_ecgs import drawn_ecg
from tests.foreign_files import EIGHT, TWELVE

ALIKE = 10
"""Samples by which pieces and the whole may put R peaks apart: all beats alike, to a lead that is neither's."""

TWO = ("I", "II")


def peaks(waves: WaveTable) -> np.ndarray:
    return waves.r_peaks()[0]


def hours_of(rate_hz: int, count: float) -> tuple[np.ndarray, np.ndarray]:
    """Two leads over so many hours with their true R peaks: ten seconds again and again, with uneven beats."""
    beats_s = np.array([0.5, 1.1, 2.3, 3.0, 3.45, 4.9, 5.8, 6.6, 7.9, 9.0, 9.7])
    ten = drawn_ecg(beats_s.tolist(), rate_hz=rate_hz, leads=2)
    times = round(count * 360)
    true = beats_s * rate_hz + ten.shape[1] * np.arange(times)[:, np.newaxis]
    return np.tile(ten, times), true.ravel()


@pytest.mark.parametrize(("rate_hz", "hours"), [(100, 0.2), (250, 0.2), (257, 0.2), (1000, 0.1), (360, 1)])
def test_marks_keep_their_place_for_hours_at_the_rate_of_the_signal(rate_hz: int, hours: float) -> None:
    signal_uv, true = hours_of(rate_hz, hours)
    waves = annotate(signal_uv, rate_hz=rate_hz, lead_names=TWO, unit="uV")
    assert len(peaks(waves)) == len(true), "none is lost or doubled where pieces meet"
    off = peaks(waves) - true
    assert np.abs(off).max() <= 0.5 + rate_hz * 0.006  # alignment moves beats by steps of 2 ms
    assert off[-100:].mean() == pytest.approx(off[:100].mean(), abs=0.2)
    assert np.array_equal(np.unique(waves.beat), np.arange(len(true)))
    assert np.array_equal(waves.beat, np.sort(waves.beat))


def test_pieces_that_overlap_find_what_a_whole_one_does() -> None:
    many = np.tile(EIGHT, 4)
    long = annotate(many, rate_hz=500, lead_names=EIGHT_LEADS, unit="uV")
    beats = measure(many, rate_hz=500, lead_names=EIGHT_LEADS, unit="uV").beats[0]
    assert len(peaks(long)) == beats, "those that assess counts"
    whole = annotate(EIGHT, rate_hz=500, lead_names=EIGHT_LEADS, unit="uV")
    middle = peaks(long)[(peaks(long) >= 5500) & (peaks(long) < 9500)] - 5000
    off = middle - peaks(whole)[(peaks(whole) >= 500) & (peaks(whole) < 4500)]
    assert np.abs(off).max() <= ALIKE
    assert_sound(long, many.shape[1])


def test_r_peaks_of_pieces_are_those_of_one_lead() -> None:
    noise_uv = np.random.default_rng(1).normal(0, 8, (8, 30 * EIGHT.shape[1]))
    signal_uv = np.tile(EIGHT, 30) + noise_uv
    found = peaks(annotate(signal_uv, rate_hz=500, lead_names=EIGHT_LEADS, unit="uV"))
    every_ten_s = found[: len(found) // 30 * 30].reshape(30, -1) % EIGHT.shape[1]
    assert np.ptp(every_ten_s, axis=0).max() <= 4, "by noise alone: pieces would choose leads 16 ms apart"


def assert_sound(waves: WaveTable, samples: int) -> None:
    """Points in order, within the record, absent only at its ends; waves of a lead don't overlap."""
    for lead in range(1 + len(waves.lead_names)):
        rows = np.flatnonzero(waves.lead == lead)
        onset, peak, offset = waves.onset[rows], waves.peak[rows], waves.offset[rows]
        assert (onset <= peak).all()
        assert ((peak <= offset) | (offset == ABSENT)).all()
        assert (peak[onset == ABSENT] < 500).all()
        assert (peak[offset == ABSENT] >= samples - 500).all()
        assert max(peak.max(initial=0), offset.max(initial=0)) < samples
        assert (offset[:-1] < onset[1:])[onset[1:] != ABSENT].all()


def assert_same(some: WaveTable, others: WaveTable) -> None:
    names = ("record", "beat", "lead", "wave", "onset", "peak", "offset")
    assert all(np.array_equal(getattr(some, name), getattr(others, name)) for name in names)


def test_nothing_is_marked_where_a_lead_has_no_value_or_never_changes() -> None:
    signal_mv = TWELVE / 1000
    signal_mv[3] = np.nan
    signal_mv[4] = 0
    signal_mv[5, 2000:3000] = np.nan
    signal_mv[6, 1000:2500] = 0.25
    signal_mv[7, 1234] = np.nan  # one lost sample takes no wave away
    waves = annotate(signal_mv, rate_hz=500, lead_names=TWELVE_LEADS, unit="mV")
    whole = annotate(TWELVE, rate_hz=500, lead_names=TWELVE_LEADS, unit="uV")
    assert len(waves.of_lead("aVR")) == len(waves.of_lead("aVL")) == 0
    assert len(waves.of_lead("V2")) == len(whole.of_lead("V2"))
    for lead, gap in (("aVF", (2000, 3000)), ("V1", (1000, 2500))):
        marks = waves.of_lead(lead)
        assert 0 < len(marks) < len(whole.of_lead(lead))
        inside = np.minimum(marks.offset, gap[1]) - np.maximum(marks.onset, gap[0])
        assert (inside <= ((marks.offset - marks.onset) / 2 if lead == "V1" else 0)).all()
    assert len(peaks(waves)) == len(peaks(whole))


@pytest.mark.parametrize("seconds", [10, 40])
def test_a_pause_of_all_leads_holds_no_mark(seconds: int) -> None:
    signal_uv = np.tile(EIGHT, seconds // 10).astype(np.float64)
    signal_uv[:, 2200:3700] = np.nan
    waves = annotate(signal_uv, rate_hz=500, lead_names=EIGHT_LEADS, unit="uV")
    whole = annotate(np.tile(EIGHT, seconds // 10), rate_hz=500, lead_names=EIGHT_LEADS, unit="uV")
    assert not ((waves.onset < 3700) & (waves.offset >= 2200) & (waves.onset != ABSENT)).any()
    kept = peaks(whole)[(peaks(whole) < 2100) | (peaks(whole) > 3800)]
    nearest = np.abs(kept[:, np.newaxis] - peaks(waves)).min(axis=1)
    assert nearest.max() <= ALIKE
    assert len(kept) <= len(peaks(waves)) < len(peaks(whole))
    assert_sound(waves, signal_uv.shape[1])


def test_a_batch_is_marked_as_each_of_it_alone() -> None:
    pair = np.stack([EIGHT, np.roll(EIGHT, 333, axis=1)])
    both = annotate(pair, rate_hz=500, lead_names=EIGHT_LEADS, unit="uV")
    assert both.records == 2
    for row, signal_uv in enumerate(pair):
        alone, of_both = annotate(signal_uv, rate_hz=500, lead_names=EIGHT_LEADS, unit="uV"), both.of(row)
        assert alone.records == 1
        assert_same(alone, of_both)


def test_a_pause_in_a_batch_takes_away_what_it_does_in_each_of_it_alone() -> None:
    fewer = drawn_ecg([1.0, 3.0, 6.0, 8.0], rate_hz=250, leads=2)
    pair = np.stack([EIGHT[:2, ::2], fewer]).astype(np.float64)
    pair[:, :, 1000:1200] = np.nan
    both = annotate(pair, rate_hz=250, lead_names=TWO, unit="uV")
    for row, signal_uv in enumerate(pair):
        assert_same(annotate(signal_uv, rate_hz=250, lead_names=TWO, unit="uV"), both.of(row))


@pytest.mark.parametrize("rate_hz", [500, 250, 100])
def test_records_of_a_dataset_get_the_marks_that_they_are_stored_with(rate_hz: int) -> None:
    stored_uv = to_integers_uv(to_rate(EIGHT[np.newaxis], rate_hz))
    measured_uv = measured_form(stored_uv, rate_hz)
    _, beats, _ = measure_with_beats(measured_uv, EIGHT_LEADS)
    labels = label_waves(measured_uv, beats, EIGHT_LEADS, rate_hz, stored_uv.shape[2])
    found = annotate(stored_uv, rate_hz=rate_hz, lead_names=EIGHT_LEADS, unit="uV")
    assert_same(found, labels)


def test_what_is_short_or_flat_has_no_waves() -> None:
    for signal in (
        np.zeros((2, 900)),
        EIGHT[:2, :700],
        EIGHT[:2, :1],
        np.zeros((2, 20_000)),
        np.full((2, 5000), np.nan),
    ):
        waves = annotate(signal, rate_hz=500, lead_names=TWO, unit="uV")
        assert (len(waves), waves.records, waves.lead_names) == (0, 1, TWO)


def test_a_unit_that_is_not_given_is_assumed_with_a_warning_or_asked_for() -> None:
    named = {"rate_hz": 500, "lead_names": ["MLII"]}
    with pytest.warns(UserWarning, match="annotate: assumed: mV, as no unit is given"):
        assumed = annotate(EIGHT[1:2] / 1000, **named)  # type: ignore[arg-type]
    given = annotate(EIGHT[1:2], unit="uV", **named)  # type: ignore[arg-type]
    assert assumed.lead_names == ("II",)
    assert np.array_equal(assumed.onset, given.onset)
    with pytest.raises(
        BadInputError, match=r"annotate: no unit is given, and that leads span .* tells none for sure; give uV"
    ):
        annotate(EIGHT[1:2] * 20, **named)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match="annotate: lead names are x; give distinct names"):
        annotate(EIGHT[1:2], rate_hz=500, lead_names=["x"])
