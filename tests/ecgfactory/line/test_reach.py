"""What an outlook says is out of reach, and how sure it is of a yield."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ecgfactory.candidates.planning import planned
from ecgfactory.cli.probe import _print_beyond
from ecgfactory.line.outlook import Outlook
from ecgfactory.line.reach import out_of_reach
from ecgfactory.match.profile import Ranges
from ecgfactory.realism.feature_space import feature_space
from ecgfactory.request.build_request import BuildRequest
from tests.made_profile import made_profile

MakeRequest = Callable[..., BuildRequest]


def test_intervals_come_first_and_the_assessment_s_own_are_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    space = [feature.name for feature in feature_space(upper_hz=150.0)]
    far = Ranges(reference=(5, 6, 7), generated=(0, 1, 2))
    farther = Ranges(reference=(50, 51, 52), generated=(0, 1, 2))
    ranges = {name: farther if name.startswith("power") else far for name in [*space, "flat_longest_ms"]}
    features = {name: np.linspace(0, 2, 30) for name in [*space, "flat_longest_ms"]}
    found = out_of_reach(made_profile(ranges=ranges), features, np.ones(30))
    assert {one.feature.name for one in found} == set(space)
    assert {one.feature.group for one in found[:7]} == {"interval"}
    assert found[-1].feature.group == "spectrum"
    _print_beyond(found, 30)
    lines = capsys.readouterr().out.splitlines()
    assert f"{len(found)} features in which the middle nine tenths of the reference go beyond all 30" in lines[0]
    assert lines[3].startswith("heart rate") and lines[3].endswith("/min")
    assert lines[-1] == f"and {len(found) - 10} more"
    assert len(lines) == 2 + 1 + 10 + 1


@pytest.mark.parametrize(("passed", "least", "most"), [(48, 0.926, 1.0), (0, 0.0, 0.074), (24, 0.364, 0.636)])
def test_a_yield_of_few_candidates_is_never_certain(
    make_request: MakeRequest, passed: int, least: float, most: float
) -> None:
    accepted = np.arange(48) < passed
    seen = Outlook(planned(make_request()), None, accepted, np.ones(passed), {}, cpu_s=1.0, workers=1)
    assert seen.expected_yield == pytest.approx((least, passed / 48, most), abs=1e-3)
