"""What can happen to a page, in steps: on paper, as it is held, as it is seen, and in the picture.

A step is a frozen dataclass: its fields are numbers and texts that say all of it, and stand in the truth of the
picture. Where it is random by itself, as a texture is, a field `grain_seed` says how.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.paper.page import Page

Pixels = npt.NDArray[np.uint8]
"""A picture: shape (height, width, 3), red, green and blue."""


class PaperStep(ABC):
    """Changes what is on the paper, before it is seen: stains, ink that fades, dots that are not printed."""

    name: ClassVar[str]

    @abstractmethod
    def on_paper(self, pixels: Pixels, page: Page) -> Pixels:
        """Return the flat page's pixels, at the dpi of its style, as changed; those given may be written into."""


class Bend(ABC):
    """Bends the paper: folds, crumples, waves."""

    name: ClassVar[str]

    @abstractmethod
    def offsets_mm(self, places_mm: Float64Array) -> Float64Array:
        """Return how far points of the page, shape (..., 2), are moved in its plane as it is seen from above."""

    @abstractmethod
    def light(self, places_mm: Float64Array) -> Float64Array:
        """Return how bright the paper is there, shape (...), 1 where it is flat."""


@dataclass(frozen=True)
class View:
    """How the page is seen: by a scanner or a camera.

    Parameters
    ----------
    corners : tuple of four (x, y)
        Where the corners of the paper are in the picture, as shares of the flat page's width and height: upper left,
        upper right, lower right, lower left. (0, 0), (1, 0), (1, 1), (0, 1) is a page that fills the picture. The
        distance between them says how large the page is: a share of 1 is the page's own size at the dpi of its style.
    width, height : float
        Of the picture, as shares of the flat page's.
    lens : float
        Radial distortion: points at the corners of the picture are so far from where they would be, as a share of
        their distance from the middle; negative for a barrel.
    behind : tuple of int
        Red, green and blue of what lies behind the page.
    surface : {"plain", "wood", "cloth"}
        What that is.
    shade : float
        How much of the light the sheet takes from it near its edge, from 0 to 1.
    grain_seed : int
        Of the surface's grain.
    """

    name: ClassVar[str] = "view"

    corners: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    width: float = 1.0
    height: float = 1.0
    lens: float = 0.0
    behind: tuple[int, int, int] = (255, 255, 255)
    surface: str = "plain"
    shade: float = 0.0
    grain_seed: int = 0


class PictureStep(ABC):
    """Changes the picture: light, blur, noise, blocks of JPEG."""

    name: ClassVar[str]

    @abstractmethod
    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return the pixels as changed; those given may be written into."""


@dataclass(frozen=True)
class Recipe:
    """All that happens to one page, in this order.

    Parameters
    ----------
    paper : sequence of PaperStep
    bend : Bend or None
    outline_mm : tuple of (x, y) or None
        Edge of the paper where it is torn or cut; None where it is whole.
    view : View
    picture : sequence of PictureStep
    shows_minor, shows_major : bool
        Whether fine and strong lines of the grid are still seen; the mask and the truth tell it.
    """

    paper: Sequence[PaperStep] = ()
    bend: Bend | None = None
    outline_mm: tuple[tuple[float, float], ...] | None = None
    view: View = field(default_factory=View)
    picture: Sequence[PictureStep] = ()
    shows_minor: bool = True
    shows_major: bool = True


class Damage(ABC):
    """A kind of damage: draws what happens to a page. One file a kind."""

    name: ClassVar[str]

    @abstractmethod
    def recipe(self, page: Page, rng: np.random.Generator) -> Recipe:
        """Draw what happens to a page."""
