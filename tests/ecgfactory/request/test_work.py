"""How long a build is said to take, against what was measured."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.work import START_S, estimated_cpu_s, time_text

TEN_S = {"records": 640, "labels": {"waves": True}, "formats": ["wfdb", "parquet"], "rhythm": {"sinus": 1.0}}
HOUR = {"records": 1, "duration_s": 3600, "formats": ["wfdb"]}
DAY = {"records": 1, "duration_s": 86_400, "formats": ["wfdb", "parquet"], "labels": {"waves": True}}
MEASURED_S = [(TEN_S, 18.1), (HOUR, 7.0), (DAY, 107.0)]
"""What builds took of one core, all processes together."""


@pytest.mark.parametrize(("asked", "cpu_s"), MEASURED_S)
def test_it_is_within_a_factor_of_two_of_what_was_measured(
    asked: dict[str, object], cpu_s: float, make_request: Callable[..., BuildRequest]
) -> None:
    assert cpu_s / 2 < estimated_cpu_s(make_request(leads=12, shard_records=None, **asked)) < cpu_s * 2


@pytest.mark.parametrize(
    "more",
    [
        {"leads": 12},
        {"formats": ["csv", "wfdb"]},
        {"labels": {"waves": True}},
        {"rhythm": {"sinus": 1.0}},
        {"artefacts": {}},
        {"records": 2000},
        {"formats": ["csv", "images"]},
    ],
)
def test_what_is_more_takes_longer(more: dict[str, object], make_request: Callable[..., BuildRequest]) -> None:
    least = {"records": 1000, "leads": 8, "formats": ["csv"]}
    less, longer = (estimated_cpu_s(make_request(**(least | asked))) for asked in ({}, more))
    assert START_S < less < longer


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (89, "89 s"), (1500, "25 min"), (12_240, "3.4 h")])
def test_times_are_written_for_people(seconds: float, text: str) -> None:
    assert time_text(seconds) == text
