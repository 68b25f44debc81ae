from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.errors import BadInputError
from ecgfactory.match.bounds import printable
from ecgfactory.match.profile import Reference, expected_yield, load_profile
from tests.made_profile import made_profile, write_made_profile


def test_a_profile_is_the_same_after_its_file_however_that_is_laid_out(tmp_path: Path) -> None:
    path = Path(write_made_profile(tmp_path))
    made, read = made_profile(), load_profile(path)
    assert read == made
    path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True))
    assert load_profile(path).sha256 == made.sha256
    assert made_profile(policy="strict").sha256 != made.sha256


def test_a_file_is_replaced_only_when_asked_and_made_in_no_dataset(tmp_path: Path, built: Path) -> None:
    path = Path(write_made_profile(tmp_path))
    with pytest.raises(BadInputError, match="is there already; choose another name"):
        made_profile().write(path)
    with pytest.raises(BadInputError, match="is inside the published dataset"):
        made_profile().write(built / "profile.json")
    with pytest.raises(BadInputError, match="there is no folder"):
        made_profile().write(tmp_path / "none" / "profile.json")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("name: a\n", "is no profile of this version (invalid json"),
        ("{}", "is no profile of this version (reference: field required)"),
        ('{"format": "x"}', "is no profile of this version (format: "),
        ("\x00", "is no profile of this version"),
        (None, "there is no file"),
    ],
)
def test_another_file_is_told(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "profile.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadInputError) as caught:
        load_profile(path)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith("that `ecgfactory profile` wrote.")


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=30), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_strength_accepts_fewer(log_ratios: list[float], one: float, other: float) -> None:
    lower, higher = sorted((one, other))
    given_ratios, cap = tuple(log_ratios), max(log_ratios)
    assert expected_yield(given_ratios, cap, 0.0) == 1
    assert expected_yield(given_ratios, cap, higher) <= expected_yield(given_ratios, cap, lower)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (("log_cap",), 1e4),
        (("log_cap",), 999),
        (("log_cap",), -999),
        (("log_cap",), float("nan")),
        (("log_cap",), "3"),
        (("log_ratios",), [1e308]),
        (("log_ratios",), []),
        (("upper_hz",), 0),
        (("upper_hz",), True),
        (("yields", "1"), 1.5),
        (("separation", "judged"), float("inf")),
        (("candidates", "fitted_on"), -1),
        (("candidates", "judged_on"), 10**400),
        (("reference", "name"), "a\n\x1b[31m"),
        (("reference", "name"), "a" * 1_000_000),
        (("reference", "left_out"), {"x" * 1_000_000: -1}),
        (("ranges", "heart_rate_bpm", "generated"), [1, 2, 1e300]),
        (("ratio", "medians"), {"heart_rate_bpm": float("inf")}),
        (("ratio", "forests"), [["1.5"]]),
        (("ratio", "forests"), [["1_0"]]),
        (("ratio", "forests"), [["9" * 5000]]),
    ],
    ids=lambda part: str(part)[:20],
)
def test_what_no_profile_holds_is_refused_in_one_sentence(tmp_path: Path, key: tuple[str, ...], value: object) -> None:
    path = Path(write_made_profile(tmp_path))
    content = json.loads(path.read_text())
    *sections, last = key
    place = content
    for section in sections:
        place = place[section]
    place[last] = value
    path.write_text(json.dumps(content))
    with pytest.raises(BadInputError, match="is no profile of this version") as caught:
        load_profile(path)
    (problem,) = caught.value.problems
    assert len(problem) < 500 + len(str(path))
    assert problem.isprintable()


@given(st.text(max_size=200))
def test_any_name_becomes_one_that_a_profile_holds(name: str) -> None:
    Reference(name=printable(name), fitted_on=(), judged_on=(), fitted_signals=(), left_out={})
