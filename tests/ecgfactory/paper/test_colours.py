import numpy as np
import pytest

from ecgfactory.paper.colours import draw_inks
from ecgfactory.paper.style import COLOURS


@pytest.mark.parametrize("colour", COLOURS)
def test_what_is_printed_is_darker_than_the_grid_and_this_than_paper(colour):
    for seed in range(20):
        inks = draw_inks(colour, np.random.default_rng(seed))
        paper, minor, major, ink = (sum(part) for part in (inks.paper, inks.minor, inks.major, inks.ink))
        assert ink < 300
        assert paper > 720
        if colour == "none":
            assert inks.paper == inks.minor == inks.major
        else:
            assert ink < major < minor < paper


def test_pages_differ_in_their_colours():
    assert len({draw_inks("red", np.random.default_rng(seed)) for seed in range(20)}) > 10
