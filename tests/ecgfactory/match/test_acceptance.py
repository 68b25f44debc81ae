from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.leads import EIGHT_LEADS, derive_twelve, lead_names
from ecgfactory.match.acceptance import acceptance, reason
from ecgfactory.match.density_ratio import DensityRatio
from ecgfactory.match.space import in_space
from tests.generated_ecgs import generated_ecgs
from tests.made_profile import made_profile, made_ratio

FINITE = st.floats(-50, 50)


@given(st.lists(FINITE, min_size=1, max_size=20), FINITE, st.floats(0, 1))
def test_probabilities_follow_the_ratio_up_to_the_cap(log_ratios: list[float], cap: float, strength: float) -> None:
    given_ratios = np.array(log_ratios)
    found = acceptance(given_ratios, cap, strength)
    np.testing.assert_allclose(found, np.minimum(1, np.exp(strength * (given_ratios - cap))), rtol=1e-12)
    assert (acceptance(given_ratios, cap, 0.0) == 1).all()


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_reason_tells_two_numbers_apart(probability: float, drawn: float) -> None:
    told = re.fullmatch(r"match: accepted with probability (\S+), drawn (\S+)", reason(probability, drawn))
    assert told is not None
    assert abs(probability - drawn) < 1e-16 or float(told[1]) != float(told[2])


def test_a_record_s_probability_is_its_own_whatever_the_batch_and_the_leads() -> None:
    match, signals_uv = made_profile().match(1.0), generated_ecgs(20)
    together = match.probabilities(signals_uv, EIGHT_LEADS, {})
    alone = [match.probabilities(signal_uv[None], EIGHT_LEADS, {})[0] for signal_uv in signals_uv]
    np.testing.assert_allclose(together, alone, rtol=1e-9)
    twelve = match.probabilities(derive_twelve(signals_uv), lead_names(12), {})
    np.testing.assert_allclose(together, twelve, rtol=1e-9)
    assert 100 * together.min() < together.max() <= 1


def test_a_ratio_is_the_same_after_json_and_takes_what_is_not_measurable() -> None:
    ratio, _ = made_ratio()
    table = in_space(generated_ecgs(5), EIGHT_LEADS, 150.0)
    assert DensityRatio.model_validate_json(ratio.model_dump_json()) == ratio
    unmeasurable = {name: np.full(5, np.nan) for name in table}
    assert np.isfinite(ratio.log_ratio(unmeasurable)).all()
    wild = {name: values * 1e12 for name, values in table.items()}
    assert np.isfinite(ratio.log_ratio(wild)).all()
