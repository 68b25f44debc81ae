"""Planted copies are found, whatever disguises them, and none among honest ECGs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import scipy

from ecgfactory.arrays import FloatingArray
from ecgfactory.errors import BadInputError
from ecgfactory.leads import SignalUv
from ecgfactory.realism.privacy import Privacy, measure_privacy
from ecgfactory.validation.planted_copies import DISGUISES, with_noise
from tests.generated_ecgs import generated_ecgs
from tests.real_ecgs import ludb_ecgs

BAND = scipy.signal.butter(2, [0.5, 40], "bandpass", fs=500, output="sos")


def in_band(signals: FloatingArray | SignalUv) -> SignalUv:
    filtered: SignalUv = np.rint(scipy.signal.sosfiltfilt(BAND, signals, axis=-1)).astype(np.int16)
    return filtered


@cache
def people() -> SignalUv:
    """Eighty ECGs of as many people, as far as this test is concerned."""
    return in_band(generated_ecgs(140)[:80])


@cache
def others() -> SignalUv:
    return in_band(generated_ecgs(140)[80:])


@cache
def with_planted() -> Privacy:
    """Each disguise of another person's ECG, followed by honest ones."""
    rng = np.random.default_rng(1)
    raw = generated_ecgs(140).astype(np.float64)
    copies = [disguise(raw[5 * row], raw[80 + row], rng) for row, disguise in enumerate(DISGUISES.values())]
    return measure_privacy(np.concatenate([in_band(np.stack(copies)), others()[len(copies) :]]), people())


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_copy_is_found_and_whose_it_is(disguise: str) -> None:
    row = list(DISGUISES).index(disguise)
    assert with_planted().is_copy[row]
    assert [pair.reference for pair in with_planted().pairs if pair.synthetic == row and pair.is_copy] == [5 * row]


def test_honest_ecgs_beside_copies_are_not_flagged() -> None:
    assert not with_planted().is_copy[len(DISGUISES) :].any()


def test_how_a_copy_lies_over_its_original() -> None:
    pairs = {list(DISGUISES)[pair.synthetic]: pair for pair in with_planted().pairs if pair.is_copy}
    assert pairs["twice the gain, upside down"].gain == pytest.approx(-2, rel=0.01)
    assert pairs["3.1 s earlier, cut"].lag_s == pytest.approx(-3.106, abs=0.006)
    assert pairs["2 % faster"].scale == pytest.approx(0.98)
    assert [lead[:2] for lead in pairs["other leads"].leads] == list(enumerate([3, 7, 0, 5, 1, 6, 2, 4]))
    assert [lead[:2] for lead in pairs["one lead under another's name"].leads] == [(1, 3)]
    assert pairs["nothing"].ways == ("beats", "records", "leads")


def test_none_among_honest_ecgs_and_they_are_not_nearer_than_a_holdout() -> None:
    found = measure_privacy(others()[:30], people(), others()[30:])
    assert not found.is_copy.any()
    assert found.holdout == 30
    for way in found.ways.values():
        assert way.p_nearer > 0.001
        assert 0.5 < way.median_ratio < 2


def test_copies_are_nearer_than_the_holdout() -> None:
    rng = np.random.default_rng(2)
    noisy = people()[:30] + 20 * rng.standard_normal((30, 8, 5000))
    found = measure_privacy(in_band(noisy), people(), others())
    assert found.is_copy.all()
    assert found.ways["records"].p_nearer < 1e-6
    assert found.ways["records"].share_nearer == 1


@pytest.mark.parametrize(("twice", "thrice"), [(3, 0), (80, 0), (30, 15)])
def test_people_recorded_again_hide_no_copy_and_are_told(twice: int, thrice: int) -> None:
    """Each recording of a person shows another stretch under other noise."""
    rng = np.random.default_rng(3)
    again = [np.roll(people()[:count], 777 * (count + 1), axis=-1).astype(float) for count in (twice, thrice)]
    reference = np.concatenate([people(), in_band(with_noise(np.concatenate(again), 20, rng))])
    copies = in_band(with_noise(people()[:60:3].astype(float), 15, rng))
    found = measure_privacy(np.concatenate([copies, others()[:20]]), reference)
    assert found.is_copy.tolist() == [True] * 20 + [False] * 20
    assert found.tells
    told = {frozenset((repeat.record, repeat.reference)) for repeat in found.repeats}
    assert {frozenset((row, 80 + row)) for row in range(twice)} <= told
    assert len(told) <= twice + 2 * thrice + 4


def test_of_many_real_ecgs_some_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgfactory.realism.privacy.REAL_SAMPLE", 30)
    found = measure_privacy(others()[:5], people(), np.concatenate([others()[5:45], people()[4:5]]))
    assert found.compared_real == 27 + 20
    assert [(repeat.record, repeat.reference) for repeat in found.repeats if repeat.of == "holdout"][:1] == [(40, 4)]


def test_memory_maps_are_read_and_the_result_is_json(tmp_path: Path) -> None:
    mine, theirs = others()[:2], people()[:20]
    for name, signals in (("mine", mine), ("theirs", theirs)):
        np.save(tmp_path / f"{name}.npy", signals)
    mapped = measure_privacy(
        np.load(tmp_path / "mine.npy", mmap_mode="r"), np.load(tmp_path / "theirs.npy", mmap_mode="r")
    )
    assert json.loads(json.dumps(mapped.to_json())) == json.loads(json.dumps(measure_privacy(mine, theirs).to_json()))


def test_flat_ecgs_are_no_copies_of_each_other() -> None:
    flat = np.zeros((2, 8, 5000), np.int16)
    found = measure_privacy(flat, np.concatenate([people()[:30], flat]))
    assert not found.is_copy.any()


def test_what_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BadInputError, match="8 leads of 4000 samples") as error:
        measure_privacy(people()[:, :, :4000], people()[:10])
    assert error.match("10 ECGs; give at least 20")
    with pytest.raises(BadInputError, match="2 s long"):
        measure_privacy(people()[:, :, :1000], people()[:, :, :1000])
    with pytest.raises(BadInputError, match="no synthetic ECGs"):
        measure_privacy(people()[:0], people())


@pytest.mark.slow
def test_real_people_are_told_from_copies() -> None:
    real = ludb_ecgs()
    rng = np.random.default_rng(3)
    noisy = real[::5] + 0.3 * real[::5].std(axis=-1, keepdims=True) * rng.standard_normal((8, 5000))
    honest = others()[:40]
    is_copy = measure_privacy(np.concatenate([honest, in_band(noisy)]), in_band(real)).is_copy
    assert not is_copy[: len(honest)].any()
    assert is_copy[len(honest) :].mean() >= 0.95
