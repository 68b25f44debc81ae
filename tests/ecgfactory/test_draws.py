from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.draws import Purpose, uniform
from ecgfactory.generators.noise import candidate_noise

SEEDS, CANDIDATES = st.integers(0, 2**63 - 1), st.lists(st.integers(0, 2**40), min_size=1, max_size=5)


@given(SEEDS, CANDIDATES)
def test_a_number_follows_from_seed_candidate_and_purpose_alone(seed: int, candidates: list[int]) -> None:
    drawn = uniform(seed, candidates, Purpose.MATCH)
    assert ((drawn >= 0) & (drawn < 1)).all()
    alone = [uniform(seed, [number], Purpose.MATCH)[0] for number in candidates]
    assert drawn.tolist() == alone
    assert not np.isin(drawn, uniform(seed, candidates, Purpose.NOISE)).any()


def test_the_purpose_noise_is_what_candidates_are_generated_from() -> None:
    noise = candidate_noise(7, [3], 1)[0, 1, 0]  # the high half of the first word
    high_half = np.floor(uniform(7, [3], Purpose.NOISE) * 2**24)
    assert noise == np.float32((high_half[0] - 2**23) * 2.0**-23)


def test_numbers_are_uniform_over_candidates() -> None:
    counts, _ = np.histogram(uniform(5, range(4000), Purpose.MATCH), bins=20, range=(0, 1))
    assert ((counts - 200) ** 2 / 200).sum() < 43.8  # chi squared, 19 degrees of freedom, p = 0.001
