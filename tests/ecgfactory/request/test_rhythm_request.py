"""Rhythms and lengths in a request, and what follows from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.cutting import default_candidates_per_shard, packs_wanted
from ecgfactory.request.disk_space import estimated_bytes
from ecgfactory.request.plan import make_plan
from ecgfactory.request.preflight import file_problems
from ecgfactory.request.request_file import load_request


def request_of(tmp_path: Path, **asked: object) -> BuildRequest:
    path = tmp_path / "asked.yaml"
    lines = [f"{key}: {value}" for key, value in ({"name": "asked", "records": 20, "seed": 1} | asked).items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_request(path)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"rhythm": "{sinus: 0.5, atrial_fibrilation: 0.5}"},
            "rhythm.atrial_fibrilation: there is no such rhythm; ",
        ),
        ({"rhythm": "{afib: 1}"}, "rhythm.afib: there is no such rhythm; choose from sinus, sinus_bradycardia"),
        ({"rhythm": "{sinus: 0.5}"}, "rhythm: the shares sum to 0.5; make them sum to 1"),
        ({"rhythm": "{sinus: 1, av_block_1: 0}"}, "rhythm: every share must be above 0; leave out a rhythm"),
        ({"rhythm": "atrial_flutter"}, "rhythm: 'atrial_flutter' says no shares; write {atrial_flutter: 1}"),
        ({"rhythm": "[sinus, av_block_1]"}, "says no shares; write {sinus: 0.5, av_block_1: 0.5}"),
        ({"rhythm": "{}"}, "rhythm: no rhythm is named; write {sinus: 1}, or leave the key out"),
        ({"rhythm": "{sinus: 1}", "duration_s": 9}, "duration_s: records in a rhythm are composed, which takes 10 s"),
        ({"duration_s": 86_401}, "duration_s is 86401; it must be at most 86400"),
        ({"duration_s": 61, "artefacts": "{}"}, "artefacts: only records of up to 60 s can have it"),
        ({"duration_s": 61, "match": "{heart_rate_bpm: {60-70: 1}}"}, "match: only records of up to 60 s can have it"),
    ],
)
def test_what_can_not_be_is_told_in_a_sentence(tmp_path: Path, asked: dict[str, object], words: str) -> None:
    with pytest.raises(BadInputError) as caught:
        request = request_of(tmp_path, **asked)
        raise BadInputError([f"{key}: {problem}" for key, problem in file_problems(request)])
    assert len(caught.value.problems) == 1
    assert words in caught.value.problems[0]


def test_without_a_rhythm_ten_seconds_are_as_generated_and_more_are_composed_in_sinus_rhythm(tmp_path: Path) -> None:
    own, longer = (make_plan(request_of(tmp_path, duration_s=length_s)) for length_s in (10, 11))
    assert (own.is_composed, own.rhythms, own.signal_spec.composed) == (False, {}, False)
    assert "rhythm" not in own.identity()
    assert (longer.is_composed, longer.rhythms, longer.signal_spec.composed) == (True, {"sinus": 1.0}, True)
    assert (longer.generated_samples, longer.measured_samples) == (5000, 5500)
    stated = make_plan(request_of(tmp_path, duration_s=11, rhythm="{sinus: 1}"))
    assert stated.plan_id == longer.plan_id
    assert make_plan(request_of(tmp_path, rhythm="{sinus: 1}")).is_composed


def test_the_order_of_rhythms_is_no_part_of_the_plan(tmp_path: Path) -> None:
    shares = ("{sinus: 0.3, av_block_3: 0.7}", "{av_block_3: 0.7, sinus: 0.3}", "{sinus: 0.4, av_block_3: 0.6}")
    plan, same, other = (make_plan(request_of(tmp_path, rhythm=rhythm)).plan_id for rhythm in shares)
    assert plan == same != other


def test_long_records_are_cut_into_small_shards_and_need_their_disk(tmp_path: Path) -> None:
    day = request_of(tmp_path, duration_s=86_400, formats="[wfdb]", records=2)
    assert (default_candidates_per_shard(day), packs_wanted(day)) == (1, None)
    samples = 2 * 86_400 * 500 * 12
    assert 2 * samples <= estimated_bytes(day) <= 2.2 * samples
