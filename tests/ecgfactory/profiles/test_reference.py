from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.profiles.reference import halves, measure_reference
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from tests.generated_ecgs import generated_ecgs

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
    gap = signals_uv[1].copy()
    gap[3, 100] = np.nan

    def ecgs() -> Iterator[ForeignEcg | UnreadableEcg]:
        yield UnreadableEcg("a", "why")
        yield ForeignEcg("b", ("II",), signals_uv[0, :1])
        yield ForeignEcg("c", EIGHT_LEADS, gap)
        yield ForeignEcg("d", EIGHT_LEADS, signals_uv[0, :, :4000])
        yield ForeignEcg("e", EIGHT_LEADS, np.zeros((8, 5000), dtype=np.float32))
        yield ForeignEcg("f", TWELVE_LEADS, derive_twelve(generated_ecgs(20)[:1])[0].astype(np.float32))
        yield ForeignEcg("g", EIGHT_LEADS, np.tile(signals_uv[2], 3))

    table = measure_reference(ecgs(), make_plan(BuildRequest(name="a", records=1)))
    assert table.names == ["f", "g"]
    assert table.left_out == {
        "not readable": 1,
        "without all of the leads I, II, V1 to V6": 1,
        "with missing samples": 1,
        "too short": 1,
        "rejected by the policy basic": 1,
    }
    assert {len(values) for values in (*table.measured.values(), *table.space.values())} == {2}
