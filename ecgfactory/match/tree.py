"""Decision trees as one line of text each, and many records going down many trees at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ecgfactory.arrays import Float64Array, IntArray

MOST_NODES = 1000
"""Of a tree."""

NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?(?:e[+-][0-9]{2})?")
"""As `%.6g` writes it."""


@dataclass(frozen=True)
class Tree:
    """A decision tree, node by node from the root: a node, then what is below it, then what is above.

    As text it is the same, as in `t_I_uv<=159.2 0.93 pr_ms<=180 0.4 0.02`: a T of up to 159.2 uV in lead I leads to
    0.93, a larger one to the question for PR.

    Parameters
    ----------
    feature : list of str
        What a node asks for; empty in a leaf.
    value : list of float
        Values up to it lead below, those greater above; in a leaf, what the tree says.
    above : list of int
        Number of the node above; below is the next one. 0 in a leaf.
    """

    feature: list[str] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    above: list[int] = field(default_factory=list)

    def add(self, feature: str, value: float) -> int:
        """Add a node; return its number."""
        self.feature.append(feature)
        self.value.append(value)
        self.above.append(0)
        return len(self.value) - 1

    @property
    def leaves(self) -> list[float]:
        """What its leaves say."""
        return [value for feature, value in zip(self.feature, self.value, strict=True) if not feature]

    def __str__(self) -> str:
        nodes = zip(self.feature, self.value, strict=True)
        return " ".join(f"{feature}<={value:.6g}" if feature else f"{value:.6g}" for feature, value in nodes)


def parse_tree(text: str) -> Tree:
    """Read a tree from its text.

    Raises
    ------
    ValueError
        When it is none; the words say what is wrong.
    """
    tokens = text.split()
    if len(tokens) > MOST_NODES:
        raise ValueError(f"a tree has {len(tokens):,} nodes; {MOST_NODES:,} are the most")
    tree, waiting = Tree(), [-1]  # nodes whose side above is still to come; -1 before the root
    for token in tokens:
        if not waiting:
            raise ValueError(f"a tree goes on after its end: {token[:40]!r}")
        feature, asks, number = token.rpartition("<=")
        if not NUMBER.fullmatch(number) or bool(asks) != bool(feature):
            raise ValueError(f"{token[:40]!r} is no node of a tree")
        node = tree.add(feature, float(number))
        if feature:
            waiting.append(node)  # its side below is the next node; the one above comes when that ends
        elif (parent := waiting.pop()) >= 0:
            tree.above[parent] = node + 1
    if waiting or not tokens:
        raise ValueError("a tree ends before all its nodes have both sides")
    return tree


class Forest:
    """Trees side by side.

    Parameters
    ----------
    trees : sequence of Tree
        At least one.
    places : mapping of str to int
        Column of each feature.
    """

    def __init__(self, trees: Sequence[Tree], places: Mapping[str, int]) -> None:
        shape = len(trees), max(len(tree.value) for tree in trees)
        self._column: IntArray = np.full(shape, -1, dtype=np.int64)
        self._above: IntArray = np.zeros(shape, dtype=np.int64)
        self._value = np.zeros(shape)
        for row, tree in enumerate(trees):
            nodes = slice(len(tree.value))
            self._column[row, nodes] = [places[name] if name else -1 for name in tree.feature]
            self._above[row, nodes] = tree.above
            self._value[row, nodes] = tree.value

    def mean(self, values: Float64Array) -> Float64Array:
        """Mean over the trees of what they say.

        Parameters
        ----------
        values : float array, shape (records, features)
            Without NaN.

        Returns
        -------
        float array, shape (records,)
            Each from that record alone.
        """
        trees, records = np.arange(len(self._value)), np.arange(len(values))[:, np.newaxis]
        node: IntArray = np.zeros((len(values), len(trees)), dtype=np.int64)
        while (asks := (column := self._column[trees, node]) >= 0).any():
            is_below = values[records, column] <= self._value[trees, node]
            node = np.where(asks, np.where(is_below, node + 1, self._above[trees, node]), node)
        return np.asarray(self._value[trees, node].mean(axis=1))
