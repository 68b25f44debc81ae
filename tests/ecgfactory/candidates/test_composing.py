"""Candidates in rhythms and of any length: composed whole or in pieces, the same whoever asks."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ecgfactory.candidates.asked import asked_plan
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.composing import RULE, drawn_rhythms, with_sources
from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.candidates.remake import remade
from ecgfactory.candidates.stream import stream
from ecgfactory.quality.policy import Verdicts

MIXED = {"sinus": 0.5, "atrial_fibrillation": 0.3, "premature_ventricular": 0.2}
ASKED = {"seed": 18, "rhythm": MIXED, "waves": True, "batch": 16}
LONG = {"seed": 18, "duration_s": 130, "waves": True, "leads": 8, "batch": 1, "policy": "off"}


@pytest.fixture(scope="module")
def ecgs() -> GeneratedEcgs:
    return generate(12, **ASKED)


def test_rhythms_are_drawn_by_the_candidates_number_alone_with_the_shares_asked_for() -> None:
    drawn = drawn_rhythms(MIXED, 7, range(20_000))
    assert drawn[3000:3010].tolist() == drawn_rhythms(MIXED, 7, range(3000, 3010)).tolist()
    counts = Counter(drawn)
    for name, share in MIXED.items():
        assert abs(counts[name] / 20_000 - share) < 4 * np.sqrt(share * (1 - share) / 20_000)


def test_a_rhythm_is_as_varied_in_a_mixture_as_alone() -> None:
    """What chooses a rhythm must not be what draws its rate: half of the shares would have half of the rates."""
    plan = asked_plan("generate", records=1, seed=7, rhythm={"sinus": 0.5, "sinus_tachycardia": 0.5}, batch=100)
    batch = next(assessed_batches(plan, range(100), StageClock()))
    rates = batch.features["heart_rate_bpm"][batch.composed.rhythm == "sinus_tachycardia"]
    assert rates.min() < 114
    assert rates.max() > 134


def test_records_tell_their_rhythm_beats_and_waves(ecgs: GeneratedEcgs) -> None:
    assert set(ecgs.rhythm) <= set(MIXED)
    for place, record in enumerate(ecgs):
        assert record.rhythm == ecgs.rhythm[place]
        assert np.array_equal(record.r_peaks, record.beats.sample)
        assert len(record.symbols) == len(record.r_peaks) > 4
        assert ("V" in record.symbols) == (record.rhythm == "premature_ventricular")
        waves = record.waves.of_lead("all")
        assert (waves.wave == 4).any() == (record.rhythm == "atrial_fibrillation")  # f waves


def test_a_stream_and_a_candidate_made_again_agree(ecgs: GeneratedEcgs) -> None:
    first = next(stream(**ASKED))
    assert np.array_equal(first.signal_uv, ecgs.signals_uv[0])
    plan = asked_plan("generate", records=12, **ASKED)
    last = remade(plan, int(ecgs.candidates[-1]))
    assert np.array_equal(last.signals_uv[0], ecgs.signals_uv[-1])
    assert last.composed is not None
    assert np.array_equal(last.composed.beats.sample, ecgs[-1].beats.sample)


def test_ten_seconds_in_sinus_rhythm_are_composed_of_other_beats_than_those_as_generated() -> None:
    own = generate(1, seed=18, batch=16)
    composed = generate(1, seed=18, batch=16, rhythm={"sinus": 1})
    assert own.rhythm is None
    assert not np.array_equal(own.signals_uv, composed.signals_uv)


def test_a_long_record_comes_in_pieces_that_make_the_whole() -> None:
    plan = asked_plan("generate", records=1, **LONG)
    labels = plan.request.labels.model_copy(update={"mask": True})
    plan = plan.model_copy(update={"request": plan.request.model_copy(update={"labels": labels})})
    batch = next(assessed_batches(plan, range(1), StageClock()))
    record = batch.long_record
    assert record is not None
    pieces = list(record.pieces())
    assert [piece.start for piece in pieces] == [0, 30_000, 60_000]
    whole = record.whole
    assert whole.signals_uv.shape == (1, 8, 65_000)
    assert whole.waves is not None
    masks = whole.waves.masks(65_000)[0]
    assert np.array_equal(np.concatenate([piece.mask for piece in pieces if piece.mask is not None], axis=1), masks)
    assert batch.features["beats"][0] == pytest.approx(batch.composed.beats.counts[0], abs=2)
    held = generate(1, **LONG)
    assert np.array_equal(held.signals_uv, whole.signals_uv)


def test_a_rejected_long_record_leaves_no_gap() -> None:
    """A bound that some records break, given by hand."""
    asked = {**LONG, "duration_s": 61, "waves": False, "policy": "basic", "signal": {"rate_hz": 100}, "batch": 8}
    kept = generate(2, **asked, bounds={"heart_rate": {"min": 70}})
    assert len(kept.rejected)
    assert kept.signals_uv.shape == (2, 8, 6100)


def test_filters_join_pieces_without_a_seam() -> None:
    """The same record at 500 Hz filtered as a whole: no piece differs by more than rounding."""
    plan = asked_plan("generate", records=1, signal={"highpass_hz": 0.5, "lowpass_hz": 40, "rate_hz": 100}, **LONG)
    found = next(assessed_batches(plan, range(1), StageClock())).long_record
    plain = next(assessed_batches(asked_plan("generate", records=1, **LONG), range(1), StageClock())).long_record
    assert found is not None
    assert plain is not None
    expected_uv = plan.recorder.record(plain.whole.signals_uv)
    apart_uv = np.abs(found.whole.signals_uv.astype(int) - expected_uv)
    assert apart_uv.max() <= 1


def test_what_nothing_can_be_composed_from_breaks_a_rule_of_its_own() -> None:
    verdicts = with_sources(Verdicts([["beats"], []], [["beats: 1"], []]), ["its beats have no P", "no beats"])
    assert verdicts.failed_rules == [[RULE, "beats"], [RULE]]
    assert verdicts.reasons[1] == ["source: no beats"]
