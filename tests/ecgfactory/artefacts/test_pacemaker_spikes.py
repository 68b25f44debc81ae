"""Pulses of a pacemaker."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.artefacts import apply
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.pacemaker_spikes import HEIGHT_UV, PacemakerSpikes
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.validation.artefact_contract import usual_ecg
from tests.drawn_potentials import drawn_potentials


@pytest.mark.parametrize(("rate_hz", "most"), [(100, 2), (500, 2), (1000, 3)])
def test_spikes_are_as_narrow_as_sampling_shows_them_and_come_regularly(rate_hz: float, most: int) -> None:
    for potentials in drawn_potentials(PacemakerSpikes(), 15, rate_hz=rate_hz):
        is_within = np.abs(potentials.uv["C1"]) > 0
        edges = np.flatnonzero(np.diff(np.concatenate([[0], is_within.astype(int), [0]])))
        starts, widths = edges[::2], np.diff(edges)[::2]
        assert widths.max() <= most
        interval = 60 / potentials.parameters["rate_per_min"] * rate_hz
        assert np.abs(np.diff(starts) - interval).max() <= 1.1
        assert 0.001 <= potentials.parameters["width_s"] <= 0.002


def test_the_amount_is_the_height_where_it_is_greatest() -> None:
    for potentials in drawn_potentials(PacemakerSpikes(), 15):
        leads = montage_of(EIGHT_LEADS).leads_of(potentials.uv)
        assert max(np.abs(lead).max() for lead in leads.values()) == pytest.approx(potentials.amount)
        assert HEIGHT_UV[0] <= potentials.amount <= HEIGHT_UV[1]


def test_electrodes_see_a_dipole() -> None:
    for potentials in drawn_potentials(PacemakerSpikes(), 15):
        signals = np.stack(list(potentials.uv.values()))
        assert np.linalg.matrix_rank(signals) == 1
        seen = signals[:, np.abs(signals).sum(axis=0).argmax()]
        assert seen.min() < 0 < seen.max()
        assert np.abs(np.diff(seen[3:])).max() < np.ptp(seen)  # neighbours on the chest see much the same


def test_leads_that_are_computed_count_too() -> None:
    clean_uv = usual_ecg(12, 500)
    for seed in range(12):
        noisy_uv, truth = apply(clean_uv.astype(np.int16), 500, TWELVE_LEADS, "pacemaker_spikes", seed)
        assert np.abs(noisy_uv - clean_uv).max() == pytest.approx(truth.amount[0], abs=1)
