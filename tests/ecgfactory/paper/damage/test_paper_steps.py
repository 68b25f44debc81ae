"""Steps on paper change what they say, where they say, and always in the same way."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import orjson
import pytest

from ecgfactory.paper.damage.ageing import Ageing
from ecgfactory.paper.damage.base import PaperStep, Pixels
from ecgfactory.paper.damage.crease_lines import CreaseLines
from ecgfactory.paper.damage.dots import DeadDots
from ecgfactory.paper.damage.edges import TornFibres
from ecgfactory.paper.damage.fading import Fading
from ecgfactory.paper.damage.highlighter import Highlighter
from ecgfactory.paper.damage.holes import PunchHoles
from ecgfactory.paper.damage.pen import PenMark, PenNote
from ecgfactory.paper.damage.stain import Stain
from ecgfactory.paper.page import Box
from ecgfactory.paper.page_map import MM_PER_INCH
from tests.flat_page import flat_page, flat_pixels

BLUE = (30, 50, 150)
STAIN = Stain(70.0, 60.0, 15.0, (150, 110, 70), 0.2, 0.6, 1.0, 0.5, 0.1, 0.3, 7)
HIGHLIGHTER = Highlighter(40.0, 50.0, 30.0, 1.0, 4.0, (250, 250, 90), 7)
GRID_FADES = Fading(70.0, 60.0, 60.0, 40.0, "grid", 0.9, 7)
NOTE = PenNote("seen 14:30", 40.0, 70.0, 5.0, 3.0, 0.2, BLUE, 0.5, 7)

STEPS: dict[str, tuple[PaperStep, Box]] = {
    "stain": (STAIN, Box(52, 42, 88, 78)),
    "ageing": (Ageing((230, 210, 160), 0.3, 0.3, 10.0, 0.3, 7), Box(0, 0, 140, 110)),
    "grid fades": (GRID_FADES, GRID_FADES.box_mm),
    "all fades": (replace(GRID_FADES, ink="all"), GRID_FADES.box_mm),
    "dead dots": (DeadDots((49.9, 77.0), 0.5, 0.9), Box(0, 49, 140, 78)),
    "crease lines": (CreaseLines(((30.0, 30.0, 70.0, 90.0),), 0.5, 0.3, 0.5, 7), Box(28, 28, 72, 92)),
    "torn fibres": (TornFibres(((30.0, 45.0), (70.0, 52.0), (90.0, 45.0)), 0.8, 7), Box(27, 42, 93, 55)),
    "punch holes": (PunchHoles(((12.0, 55.0),), 6.0, (60, 40, 30)), Box(8.5, 51.5, 15.5, 58.5)),
    "pen note": (NOTE, Box(38, 58, 85, 75)),
    "circle": (PenMark("circle", (50.0, 40.0, 80.0, 60.0), BLUE, 0.5, 7), Box(42, 34, 88, 66)),
    "arrow": (PenMark("arrow", (80.0, 60.0, 60.0, 50.0), BLUE, 0.5, 7), Box(56, 46, 84, 64)),
    "highlighter": (HIGHLIGHTER, HIGHLIGHTER.box_mm),
}

DARKEN = ("stain", "ageing", "pen note", "circle", "arrow", "highlighter")
LIGHTEN = ("grid fades", "all fades", "dead dots")


def done(step: PaperStep) -> tuple[Pixels, Pixels]:
    """Return a page's pixels before a step and after it."""
    page = flat_page()
    before = flat_pixels(page)
    return before, step.on_paper(before.copy(), page)


def parameters(step: Any) -> dict[str, Any]:
    """Return the fields of a step."""
    fields: dict[str, Any] = asdict(step)
    return fields


@pytest.mark.parametrize("name", STEPS)
class TestEveryStep:
    """What holds for all of them."""

    def test_it_changes_its_part_of_the_page_alone(self, name: str) -> None:
        """Something is different, and nothing beyond the step's reach."""
        step, reach = STEPS[name]
        before, after = done(step)
        assert after.shape == before.shape and after.dtype == np.uint8
        rows, columns = np.nonzero((before != after).any(axis=-1))
        assert len(rows) > 20
        scale = flat_page().style.dpi / MM_PER_INCH
        assert columns.min() >= np.floor(reach.left * scale) and columns.max() <= np.ceil(reach.right * scale)
        assert rows.min() >= np.floor(reach.top * scale) and rows.max() <= np.ceil(reach.bottom * scale)

    def test_its_parameters_say_all_of_it(self, name: str) -> None:
        """The same ones give the same pixels, another seed others, and JSON can hold them."""
        step, _ = STEPS[name]
        _, once = done(step)
        assert np.array_equal(once, done(type(step)(**parameters(step)))[1])
        told = orjson.loads(orjson.dumps(parameters(step)))
        assert told.keys() == parameters(step).keys()
        if "grain_seed" in told:
            assert not np.array_equal(once, done(replace(step, grain_seed=8))[1])  # type: ignore[type-var]

    def test_it_has_a_name(self, name: str) -> None:
        """The truth of a picture calls it so."""
        assert STEPS[name][0].name.isidentifier()


@pytest.mark.parametrize("name", DARKEN)
def test_what_is_laid_over_the_page_is_transparent(name: str) -> None:
    """No pixel becomes lighter: black ink stays black below a stain."""
    before, after = done(STEPS[name][0])
    assert (after <= before).all()


@pytest.mark.parametrize("name", LIGHTEN)
def test_ink_that_is_lost_shows_the_paper(name: str) -> None:
    """No pixel becomes darker, but for rounding."""
    before, after = done(STEPS[name][0])
    assert (after.astype(int) >= before.astype(int) - 2).all()


def test_where_the_grid_fades_traces_stay() -> None:
    """Dark ink is not touched, though that of the grid is nearly gone."""
    before, after = done(GRID_FADES)
    dark = before.max(axis=-1) < 60
    assert np.abs(after[dark].astype(int) - before[dark]).max() <= 2
    assert after[..., 1].astype(int).max() <= 251
    grid = (before == (240, 170, 170)).all(axis=-1)
    assert (after[grid][:, 1] > 220).any()


def test_dead_dots_take_as_much_ink_as_they_are_wide() -> None:
    """Lines of half a pixel's height take half of its ink."""
    page = flat_page()
    pixels = np.full((433, 551, 3), 250, dtype=np.uint8)
    pixels[200:220] = 50
    scale = page.style.dpi / MM_PER_INCH
    after = DeadDots((210.25 / scale,), 0.5 / scale, 1.0).on_paper(pixels.copy(), page)
    assert np.abs(after[210].astype(int) - 150).max() <= 2
    assert np.array_equal(np.delete(after, 210, axis=0), np.delete(pixels, 210, axis=0))


def test_the_rim_of_a_ring_is_darker_than_its_inside() -> None:
    """A ring of coffee is one."""
    page = flat_page()
    paper = np.full((433, 551, 3), 250, dtype=np.uint8)
    ring = replace(STAIN, inside=0.02, uneven=0.0, gap=0.0).on_paper(paper, page)[..., 2].astype(int)
    row, column = (round(mm * page.style.dpi / MM_PER_INCH) for mm in (60, 70))
    across = ring[row, column : column + 70]
    assert 53 <= across.argmin() <= 59  # 15 mm are 59 pixels
    assert across.min() < ring[row, column] - 30


@pytest.mark.parametrize("name", ["stain", "grid fades", "pen note", "arrow", "highlighter", "crease lines"])
def test_what_lies_beyond_the_paper_changes_nothing(name: str) -> None:
    """As a stain of which the table got all."""
    page = flat_page()
    step, _ = STEPS[name]
    fields = parameters(step)
    far = {key: value + 300 for key, value in fields.items() if key in ("x_mm", "y_mm")}
    if "box_mm" in fields:
        far["box_mm"] = tuple(edge + 300 for edge in fields["box_mm"])
    if "lines_mm" in fields:
        far["lines_mm"] = ((300.0, 300.0, 340.0, 350.0),)
    before = flat_pixels(page)
    after = replace(step, **far).on_paper(before.copy(), page)  # type: ignore[type-var]
    assert np.array_equal(before, after)
