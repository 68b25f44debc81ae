"""Which artefacts a record has."""

from __future__ import annotations

from collections import Counter

import pytest

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import USUAL_WEIGHTS, Mixture

WEIGHTS = {"mains": 1.0, "muscle": 3.0, "electrode_pop": 2.0, "poor_contact": 0.0, "limb_lead_swap": 2.0}


def test_every_kind_has_a_usual_weight() -> None:
    assert set(USUAL_WEIGHTS) == set(ARTEFACTS)
    assert min(USUAL_WEIGHTS.values()) > 0


def test_shares_counts_and_ratios_are_as_asked_for() -> None:
    mixture = Mixture(0.25, 1, 3, -6, 24, WEIGHTS)
    records = [mixture.draw(7, candidate) for candidate in range(2000)]
    counts = Counter(len(record) for record in records)
    assert counts[0] / 2000 == pytest.approx(0.25, abs=0.03)
    assert [counts[number] / 2000 for number in (1, 2, 3)] == pytest.approx([0.25] * 3, abs=0.03)
    ratios = [drawn.snr_db for record in records for drawn in record]
    assert -6 <= min(ratios) < -5
    assert 23 < max(ratios) <= 24


def test_kinds_are_chosen_by_weight_once_each_and_put_in_by_stage() -> None:
    mixture = Mixture(0, 1, 1, 0, 0, WEIGHTS)
    first = Counter(mixture.draw(7, candidate)[0].kind.name for candidate in range(2000))
    assert first["muscle"] / 2000 == pytest.approx(3 / 8, abs=0.04)
    assert first["mains"] / 2000 == pytest.approx(1 / 8, abs=0.03)
    assert "poor_contact" not in first
    for candidate in range(20):
        kinds = [drawn.kind for drawn in Mixture(0, 4, 4, 0, 0, WEIGHTS).draw(7, candidate)]
        assert len({kind.name for kind in kinds}) == 4
        assert [kind.stage for kind in kinds] == sorted(kind.stage for kind in kinds)


def test_a_record_follows_from_seed_and_candidate() -> None:
    mixture = Mixture(0.25, 1, 3, -6, 24, WEIGHTS)
    told = [
        [(drawn.kind.name, drawn.snr_db, drawn.rng.random()) for drawn in mixture.draw(seed, candidate)]
        for seed, candidate in ((7, 5), (7, 6), (7, 5), (8, 5))
    ]
    assert told[0] == told[2]
    assert len({str(record) for record in told}) == 3
