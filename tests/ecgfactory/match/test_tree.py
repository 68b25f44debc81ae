from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.match.tree import Forest, Tree, parse_tree

TEXT = "t_I_uv<=159.2 0.93 pr_ms<=180 0.4 0.02"
PLACES = {"t_I_uv": 0, "pr_ms": 1}

leaves = st.integers(0, 1000).map(lambda share: f"{share / 1000:g}")
trees = st.recursive(
    leaves,
    lambda sides: st.builds(
        lambda name, cut, below, above: f"{name}<={cut} {below} {above}",
        st.sampled_from(list(PLACES)),
        st.integers(-99, 99),
        sides,
        sides,
    ),
    max_leaves=12,
)


def walked(text: str, values: dict[str, float]) -> float:
    """Go down a tree token by token, in the plainest way there is."""
    tokens = text.split()

    def subtree(at: int) -> tuple[float, int]:
        name, asks, number = tokens[at].rpartition("<=")
        if not asks:
            return float(number), at + 1
        below, after = subtree(at + 1)
        above, end = subtree(after)
        return (below if values[name] <= float(number) else above), end

    return subtree(0)[0]


def test_a_tree_says_what_its_text_says() -> None:
    values = np.array([[100.0, 0.0], [159.2, 0.0], [160.0, 180.0], [160.0, 181.0]])
    assert Forest([parse_tree(TEXT)], PLACES).mean(values).tolist() == [0.93, 0.93, 0.4, 0.02]


@given(st.lists(trees, min_size=1, max_size=4), st.tuples(st.floats(-99, 99), st.floats(-99, 99)))
def test_a_forest_is_the_mean_of_its_trees(texts: list[str], values: tuple[float, float]) -> None:
    forest = Forest([parse_tree(text) for text in texts], PLACES)
    expected = np.mean([walked(text, dict(zip(PLACES, values, strict=True))) for text in texts])
    assert forest.mean(np.array([values]))[0] == pytest.approx(expected)


@given(trees)
def test_a_tree_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_tree(text)) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "ends before all its nodes"),
        ("pr_ms<=180 0.4", "ends before all its nodes"),
        ("0.4 0.5", "goes on after its end: '0.5'"),
        ("pr_ms<=nan 0 1", "'pr_ms<=nan' is no node"),
        ("<=4 0 1", "'<=4' is no node"),
        ("high", "'high' is no node"),
        ("0.1 " * 1001, "1,001 nodes; 1,000 are the most"),
    ],
)
def test_what_is_no_tree_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        parse_tree(text)


def test_nodes_are_added_in_the_order_of_the_text() -> None:
    tree = Tree()
    tree.add("pr_ms", 180.0)
    tree.add("", 0.25)
    tree.add("", 1.0)
    assert str(tree) == "pr_ms<=180 0.25 1"
