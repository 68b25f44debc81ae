from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.errors import BadInputError
from ecgfactory.match.profile import expected_yield, load_profile
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
