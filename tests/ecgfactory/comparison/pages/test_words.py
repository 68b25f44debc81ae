"""What the pages of a comparison say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ecgfactory.comparison.findings import Estimate
from ecgfactory.comparison.pages import copies, words
from ecgfactory.comparison.result import Comparison
from ecgfactory.comparison.summary import copies_text, summary_rows
from ecgfactory.comparison.twins import twin_notes


@pytest.mark.parametrize(
    ("accuracy", "said"),
    [
        (Estimate(0.1, 0.05, 0.2), "many ECGs have their like on the other side"),
        (Estimate(0.55, 0.45, 0.65), "does not tell the dataset from real ECGs"),
        (Estimate(0.7, 0.65, 0.75), "could be of either"),
        (Estimate(0.8, 0.75, 0.85), "is often told"),
        (Estimate(0.95, 0.9, 0.99), "is nearly always told"),
    ],
)
def test_the_verdict_follows_accuracy_and_floor(comparison: Comparison, accuracy: Estimate, said: str) -> None:
    test = dataclasses.replace(comparison.two_sample, accuracy=accuracy)
    assert said in words.verdict(dataclasses.replace(comparison, two_sample=test))


def test_copies_and_a_reference_of_near_identical_ecgs_are_said_wherever_they_limit(comparison: Comparison) -> None:
    test, privacy = comparison.two_sample, comparison.privacy
    twins = dataclasses.replace(test, accuracy=Estimate(0.1, 0.05, 0.2))
    assert "than by guessing" in next(twin_notes(twins, privacy))
    assert "betrayed by" not in dict(summary_rows(dataclasses.replace(comparison, two_sample=twins)))
    chance = dataclasses.replace(test, accuracy=Estimate(0.5, 0.4, 0.6))
    flagged = dataclasses.replace(privacy, is_copy=np.ones(privacy.synthetic, dtype=np.bool_))
    assert "the accuracy is too low" in next(twin_notes(chance, flagged))
    bounds = {way: dataclasses.replace(near.bound, ratio=1e-5) for way, near in privacy.ways.items()}
    ways = {way: dataclasses.replace(near, bound=bounds[way]) for way, near in privacy.ways.items()}
    blind = dataclasses.replace(privacy, ways=ways)
    assert "a copy under slight noise could not be told" in " ".join(copies.findings(blind))
    assert "copies can't be told" in copies_text(dataclasses.replace(comparison, privacy=blind))


def test_numbers_have_no_more_digits_than_they_carry() -> None:
    numbers = [0.0, -0.0, 1234.5, 0.98765, -0.000237, float("nan")]
    assert [words.number(value) for value in numbers] == ["0", "0", "1,234", "0.988", "−0.000237", "–"]


def test_a_copy_is_drawn_over_its_original(comparison: Comparison) -> None:
    (pair,) = copies.shown_pairs(comparison)
    assert pair.title.startswith("Flagged: 00000007 and <b>")
    assert "1.25 s later, upside down, 2.00 times as large; nearest by whole records." in pair.caption
    first = pair.overlays[0]
    there = np.isfinite(first.reference_mv)
    assert there.mean() == pytest.approx(0.875, abs=0.001)  # the real one ends 1.25 s earlier
    np.testing.assert_allclose(first.reference_mv[there], first.dataset_mv[there], atol=0.003)


@pytest.mark.parametrize("half", [1, 3])
def test_a_slower_copy_lies_over_its_original_wherever_the_lag_was_taken(comparison: Comparison, half: int) -> None:
    time_s, middle_s = np.arange(5000) / 500, 2.5 * half
    (copy, real), pair = comparison.examples.pairs[0], comparison.privacy.pairs[0]
    asked_s = middle_s + (time_s - middle_s) / 1.02
    slower = [np.interp(asked_s, time_s, lead_uv) for lead_uv in real.signal_uv]
    examples = dataclasses.replace(copy, signal_uv=np.rint(slower).astype(np.int16)), real
    slow = dataclasses.replace(pair, lag_s=0.0, scale=1.02, gain=1.0)
    ((shown,),) = [
        copies.shown_pairs(
            dataclasses.replace(
                comparison,
                privacy=dataclasses.replace(comparison.privacy, pairs=(slow,)),
                examples=dataclasses.replace(comparison.examples, pairs=(examples,)),
            )
        )
    ]
    assert "is 2.0 % slower, 1.00 times as large" in shown.caption
    first = shown.overlays[0]
    there = np.isfinite(first.reference_mv)
    np.testing.assert_allclose(first.reference_mv[there], first.dataset_mv[there], atol=0.003)


def test_without_a_copy_the_likest_pair_is_shown(honest: Comparison) -> None:
    (pair,) = copies.shown_pairs(honest)
    assert pair.title.startswith("The likest pair, not flagged")
    assert copies.findings(honest.privacy)[0] == "None of 40 ECGs of the dataset stands out as a copy of a real one."
