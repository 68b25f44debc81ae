from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.match.space import in_space
from ecgfactory.profiles.reference import halves, measure_reference
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.sources.source import Chunk
from tests.generated_ecgs import generated_ecgs
from tests.given_source import Given

NAMES = st.lists(st.text(max_size=8), unique=True, max_size=40)


@given(NAMES)
def test_halves_are_all_of_it_and_follow_from_the_names(names: list[str]) -> None:
    one, other = halves(names)
    assert sorted([*one, *other]) == list(range(len(names)))
    assert len(other) - len(one) in (0, 1)
    turned = halves(names[::-1])[0]
    assert {names[row] for row in one} == {names[::-1][row] for row in turned}


@given(NAMES.filter(lambda names: len(names) > 1))
def test_another_ecg_changes_the_place_of_one_at_most(names: list[str]) -> None:
    before = {names[row] for row in halves(names[1:] and names)[0]}
    fewer = names[1:]
    after = {fewer[row] for row in halves(fewer)[0]}
    assert len((before - {names[0]}) ^ after) <= 1


def test_what_can_t_be_used_is_counted_by_its_reason() -> None:
    signals_uv = generated_ecgs(20).astype(np.float32)
    gap = signals_uv[1:2].copy()
    gap[0, 3, 100] = np.nan
    table = measure_reference(
        Given(
            Chunk(["b"], ("II",), signals_uv[:1, :1], 500),
            Chunk(["c"], EIGHT_LEADS, gap, 500),
            Chunk(["d"], EIGHT_LEADS, signals_uv[:1, :, :4000], 500),
            Chunk(["e"], EIGHT_LEADS, np.zeros((1, 8, 5000), dtype=np.float32), 500),
            Chunk(["n"], EIGHT_LEADS, np.random.default_rng(1).normal(0, 100, (1, 8, 5000)), 500),
            Chunk(["f"], TWELVE_LEADS, derive_twelve(generated_ecgs(20)[:1]).astype(np.float32), 500),
            Chunk(["g"], EIGHT_LEADS, np.tile(signals_uv[2:3], 3), 500),
        ),
        make_plan(BuildRequest(name="a", records=1)),
    )
    assert table.names == ["f", "g"]
    assert table.left_out == {
        "without a signal in one of I, II, V1, V2, V3, V4, V5, V6": 2,
        "with missing samples": 1,
        "too short": 1,
        "rejected by the policy basic": 1,
    }
    assert {len(values) for values in (*table.measured.values(), *table.space.values())} == {2}


def test_filters_are_passed_once_and_end_the_band() -> None:
    filters = Filters(0.5, 40)
    plan = make_plan(BuildRequest.model_validate({"name": "a", "records": 1, "signal": {"lowpass_hz": 40}}))
    stored_uv = Recorder(filters=filters).record(generated_ecgs(20))
    names = [str(number) for number in range(20)]
    table = measure_reference(Given(Chunk(names, EIGHT_LEADS, stored_uv, 500), filters=filters), plan)
    assert table.upper_hz == 40
    expected = in_space(stored_uv[[int(name) for name in table.names]], EIGHT_LEADS, 40)
    for name, values in table.space.items():
        np.testing.assert_array_equal(values, expected[name])
