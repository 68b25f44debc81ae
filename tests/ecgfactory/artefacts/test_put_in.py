"""Putting artefacts into an ECG."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ecgfactory.artefacts.base import Recording
from ecgfactory.artefacts.mixture import Drawn, Mixture, kind_named
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import RANGE_UV, put_in
from ecgfactory.draws import Purpose, generator
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.validation.artefact_contract import obeys_equations, usual_ecg

NOISES = ("baseline_wander", "muscle", "mains", "electrode_motion", "electrode_pop", "poor_contact", "pacemaker_spikes")
RECORDING = Recording(montage_of(TWELVE_LEADS), 5000, 500)


def drawn(name: str, number: int = 0, snr_db: float = 6) -> Drawn:
    return Drawn(kind_named(name), snr_db, generator(9, number, Purpose.ARTEFACTS, 1))


def test_the_clean_ecg_stays_and_none_is_a_copy() -> None:
    clean_uv = usual_ecg(12, 500)
    noisy_uv, puts = put_in(clean_uv, RECORDING, [], whole=True)
    assert puts == []
    assert noisy_uv is not clean_uv
    assert np.array_equal(noisy_uv, clean_uv)


def test_artefacts_add_up() -> None:
    """What one adds does not depend on what was put in before, but for the rounding of augmented leads."""
    clean_uv = usual_ecg(12, 500)
    both_uv, puts = put_in(clean_uv, RECORDING, [drawn("mains"), drawn("electrode_pop")], whole=True)
    alone_uv = [put_in(clean_uv, RECORDING, [drawn(name)], whole=True)[0] for name in ("mains", "electrode_pop")]
    assert [put.kind for put in puts] == ["mains", "electrode_pop"]
    difference_uv = both_uv - clean_uv - sum(uv - clean_uv for uv in alone_uv)
    assert np.abs(difference_uv).max() <= 1
    assert not difference_uv[[0, 1, 2, *range(6, 12)]].any()
    assert obeys_equations(both_uv)


def test_a_signal_to_noise_ratio_counts_leads_with_noise_from_onset_to_offset() -> None:
    clean_uv = usual_ecg(12, 500)
    for name in NOISES[:4]:
        noisy_uv, (put,) = put_in(clean_uv, RECORDING, [drawn(name, 3, 12.0)], whole=True)
        added_uv = (noisy_uv - clean_uv)[put.touched, put.onset : put.offset + 1]
        assert put.amount == pytest.approx(np.sqrt(np.square(added_uv).mean()))
        ratio = clean_uv[put.touched].var(axis=1).mean() / np.square(added_uv).mean()
        assert put.snr_db == pytest.approx(10 * np.log10(ratio))
        assert put.snr_db == pytest.approx(12, abs=0.05)


def test_noise_at_a_chest_electrode_leaves_the_other_leads_alone() -> None:
    clean_uv = usual_ecg(12, 500)
    names = set()
    for number in range(12):
        _, (put,) = put_in(clean_uv, RECORDING, [drawn("electrode_pop", number)], whole=True)
        electrode = json.loads(put.parameters)["electrode"]
        names.add(electrode)
        touched = {TWELVE_LEADS[row] for row in np.flatnonzero(put.touched)}
        if electrode.startswith("C"):
            assert touched == {f"V{electrode[1]}"}
        else:
            assert len(touched) == 11  # all but the lead between the two other limbs
    assert len(names) > 3


def test_a_recorder_saturates() -> None:
    clean_uv = usual_ecg(12, 500)
    noisy_uv, (put,) = put_in(clean_uv, RECORDING, [drawn("muscle", 1, -30)], whole=True)
    measured = [row for row in range(12) if row not in RECORDING.montage.derived]
    assert np.abs(noisy_uv[measured]).max() == RANGE_UV
    assert obeys_equations(noisy_uv)
    assert put.snr_db > -30


def test_leads_that_are_derived_otherwise_stay_as_they_were() -> None:
    """Foreign files round augmented leads in ways of their own."""
    clean_uv = usual_ecg(12, 500).copy()
    clean_uv[3] += 2
    for number in range(8):
        noisy_uv, (put,) = put_in(clean_uv, RECORDING, [drawn("electrode_pop", number)], whole=True)
        if json.loads(put.parameters)["electrode"].startswith("C"):
            assert not put.touched[3]
            assert np.array_equal(noisy_uv[3], clean_uv[3])
            return
    raise AssertionError("no pop of a chest electrode was drawn")


def test_a_long_ecg_does() -> None:
    """Half an hour of eight leads, in some seconds at most."""
    clean_uv = np.tile(usual_ecg(8, 100), 180)
    recording = Recording(montage_of(TWELVE_LEADS[:2] + TWELVE_LEADS[6:]), clean_uv.shape[1], 100)
    noisy_uv, puts = put_in(clean_uv, recording, [drawn(name) for name in NOISES], whole=True)
    assert len(puts) == len(NOISES)
    assert not np.array_equal(noisy_uv[:, -50_000:], clean_uv[:, -50_000:])


def test_a_record_does_not_depend_on_those_before_it() -> None:
    mixture = Mixture(0.25, 1, 3, -6, 24, dict.fromkeys(NOISES, 1.0))
    clean_uv = derive_twelve(usual_ecg(8, 500).astype(np.int16)).astype(np.float64)
    forwards = [put_in(clean_uv, RECORDING, mixture.draw(3, number), True) for number in range(12)]
    backwards = [put_in(clean_uv, RECORDING, mixture.draw(3, number), True) for number in reversed(range(12))]
    for (noisy_uv, puts), (again_uv, again) in zip(forwards, reversed(backwards), strict=True):
        assert noisy_uv.tobytes() == again_uv.tobytes()
        assert [str(put.row) for put in puts] == [str(put.row) for put in again]


def test_of_all_tries_the_closest_counts() -> None:
    """Where steps of 1 uV let the ratio go round the one asked for."""
    clean_uv = np.rint(0.3 * usual_ecg(8, 500))
    recording = Recording(montage_of(EIGHT_LEADS), 5000, 500)
    for seed in range(40):
        _, (put,) = put_in(clean_uv, recording, [drawn("baseline_wander", seed, 30.0)], whole=True)
        assert put.snr_db == pytest.approx(30, abs=0.25)  # noise of about 2 uV
