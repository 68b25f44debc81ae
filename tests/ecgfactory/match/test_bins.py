from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.match.bins import Bin, bin_of, check_shares, parse_bin

EDGES = st.lists(st.integers(-1000, 1000), min_size=2, max_size=12, unique=True).map(sorted)


def spelled(edges: list[int]) -> list[str]:
    return [f"{low / 4:g}-{high / 4:g}" for low, high in pairwise(edges)]


@given(EDGES)
def test_bins_end_to_end_are_taken_and_every_value_is_in_one(edges: list[int]) -> None:
    texts = spelled(edges)
    check_shares({text: 1 / len(texts) for text in texts})
    bins = [parse_bin(text) for text in texts]
    assert [str(one) for one in bins] == texts
    values = np.array([*edges, edges[0] - 1, edges[-1] + 1]) / 4
    expected = [*range(len(bins)), -1, -1, -1]  # the last edge is in no bin, nor what is beyond
    assert bin_of(values, bins).tolist() == expected


@pytest.mark.parametrize("text", ["65.0000001-65.0000002", "-123456789012-0.000000000001"])
def test_a_bin_is_told_in_all_its_digits(text: str) -> None:
    assert str(parse_bin(text)) == text


def test_a_border_is_in_the_upper_bin_and_what_is_not_measurable_in_none() -> None:
    bins = [Bin(50, 60), Bin(60, 70)]
    assert bin_of(np.array([49.9, 50.0, 59.9, 60.0, 70.0, np.nan]), bins).tolist() == [-1, 0, 0, 1, -1, -1]


@pytest.mark.parametrize(
    ("text", "found"), [("50-60", (50, 60)), ("-30-0", (-30, 0)), ("-30--10", (-30, -10)), ("0.5-.75", None)]
)
def test_one_spelling(text: str, found: tuple[float, float] | None) -> None:
    if found is None:
        with pytest.raises(ValueError, match="is no bin; write the two ends with `-` between them"):
            parse_bin(text)
    else:
        assert parse_bin(text) == found


@given(st.text(max_size=20))
def test_any_text_is_a_bin_or_a_sentence(text: str) -> None:
    try:
        assert parse_bin(text).low < parse_bin(text).high
    except ValueError as error:
        assert "write" in str(error)


@given(st.dictionaries(st.sampled_from(["1-2", "2-3", "1-3", "3-1", "a", "-1-0"]), st.floats(), max_size=5))
def test_any_shares_are_taken_or_told(shares: dict[str, float]) -> None:
    try:
        check_shares(shares)
    except ValueError as error:
        assert str(error).isprintable()
    else:
        assert sum(shares.values()) == pytest.approx(1)
        assert not {"1-3", "3-1", "a"} & shares.keys() or set(shares) <= {"1-3", "-1-0"}


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ({}, "there is no bin; give some"),
        ({"50..60": 1.0}, "'50..60' is no bin"),
        ({"60-50": 1.0}, "bin 60-50 holds nothing; write the lower end first"),
        ({"50-60": 0.5, "55-70": 0.5}, "bins 50-60 and 55-70 overlap"),
        ({"50-60": 0.5, "50-60.0": 0.5}, "overlap"),
        ({"50-60": 0.5, "60-70": 0.4}, "the shares sum to 0.9; make them sum to 1"),
        ({"50-60": -0.5, "60-70": 1.5}, "the share of '50-60' is -0.5; give one from 0 to 1"),
    ],
)
def test_what_is_wrong_is_told(shares: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_shares(shares)
    assert sentence in str(caught.value)
