"""What the styles of many pictures are drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import Any, Generic, TypeVar, overload

import numpy as np

from ecgfactory.errors import BadInputError, shown
from ecgfactory.paper.style import PaperStyle

Choice = TypeVar("Choice", str, int)
Given = TypeVar("Given")
Held = TypeVar("Held")


def as_weights(given: Any) -> Any:
    """Take one value alone, and a list of values, for such that are as likely as each other.

    Raises
    ------
    ValueError
        When a value is listed twice.
    """
    values = given if isinstance(given, list | tuple) else [given]
    if isinstance(given, Mapping) or not all(isinstance(value, str | int | float) for value in values):
        return given
    if twice := [value for value in values if values.count(value) > 1]:
        raise ValueError(f"{shown(twice[0])} is listed twice; name each once, or give weights: {{{twice[0]}: 2, ...}}")
    return dict.fromkeys(values, 1)


class Weights(Generic[Given, Held]):
    """A field that holds weights, and takes them, a list of values, or one value alone.

    Parameters
    ----------
    usual : str or int
        What is chosen where nothing is given.
    takes_ends : bool
        Whether it takes, and holds, a tuple of two ends as well.
    """

    def __init__(self, usual: Given, takes_ends: bool = False) -> None:
        self._usual, self._takes_ends = usual, takes_ends

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, of: None, owner: type) -> Given: ...
    @overload
    def __get__(self, of: object, owner: type) -> Held: ...
    def __get__(self, of: object | None, owner: type) -> Any:
        return self._usual if of is None else vars(of)[self._name]

    def __set__(self, of: object, given: Given) -> None:
        are_ends = self._takes_ends and isinstance(given, tuple)
        try:
            vars(of)[self._name] = given if are_ends else as_weights(given)
        except ValueError as error:
            raise BadInputError(f"{self._name}: {error}.") from None


_Names = Weights[str | Sequence[str] | Mapping[str, float], Mapping[str, float]]
_Numbers = Weights[int | Sequence[int] | Mapping[int, float], Mapping[int, float]]
_Dpi = Weights[int | Sequence[int] | Mapping[int, float] | tuple[int, int], Mapping[int, float] | tuple[int, int]]

_WEIGHTED = ("layouts", "speeds", "gains", "colours", "sizes", "pulses", "fonts", "damage")


@dataclass(frozen=True)
class Variety:
    """Weights of what each picture's style is drawn from, one property independent of the others.

    It takes what a build request's section `images` takes: one value, a list of such that are as likely as each other,
    or weights.

    Parameters
    ----------
    layouts, speeds, gains, colours, sizes, pulses, fonts, damage : mapping to float, list, or one value
        How often each is chosen in comparison with the others; see `PaperStyle`.
    dpi : mapping of int to float, list, one value, or tuple (int, int)
        Weights, as above; or as a tuple lowest and highest, between which all whole numbers are as likely.
    line_mm : (float, float)
        Thinnest and thickest line.
    labels, header, separators : float
        Chance that each is printed.

    Raises
    ------
    BadInputError
        When nothing can be chosen of something, or numbers can't be used; all problems are named at once.
    """

    layouts: _Names = Weights("3x4+II")
    speeds: _Numbers = Weights(25)
    gains: _Numbers = Weights(10)
    colours: _Names = Weights("red")
    sizes: _Names = Weights("A4")
    dpi: _Dpi = Weights(200, takes_ends=True)
    labels: float = 1.0
    header: float = 1.0
    separators: float = 1.0
    pulses: _Names = Weights("left")
    fonts: _Names = Weights("sans")
    line_mm: tuple[float, float] = (0.3, 0.3)
    damage: _Names = Weights("none")

    def __post_init__(self) -> None:
        weights = {name: getattr(self, name) for name in _WEIGHTED}
        ranges = {"line_mm": self.line_mm}
        if isinstance(self.dpi, Mapping):
            weights["dpi"] = self.dpi
        else:
            ranges["dpi"] = self.dpi
        problems = [
            *(
                f"{name} is {shown(of)}; give one value, a list, or weights from 0 on, one above."
                for name, of in weights.items()
                if not _has_choice(of)
            ),
            *(
                f"{name} is {shown(of)}; give a tuple of two numbers, the lower one first."
                for name, of in ranges.items()
                if not _are_rising(of, 2)
            ),
            *(
                f"{name} is {shown(share)}; give a share from 0 to 1."
                for name in ("labels", "header", "separators")
                if not _are_rising((0, share := getattr(self, name), 1), 3)
            ),
        ]
        if problems:
            raise BadInputError(problems)

    def draw(self, rng: np.random.Generator) -> PaperStyle:
        """Draw one style. Each property takes one number, so that a change of one leaves the others as they are."""
        at = rng.random(12)
        low, high = self.line_mm
        return PaperStyle(
            layout=_chosen(self.layouts, at[0]),
            speed_mm_per_s=_chosen(self.speeds, at[1]),
            gain_mm_per_mv=_chosen(self.gains, at[2]),
            colour=_chosen(self.colours, at[3]),
            size=_chosen(self.sizes, at[4]),
            dpi=_dpi(self.dpi, at[5]),
            labels=bool(at[6] < self.labels),
            header=bool(at[7] < self.header),
            separators=bool(at[8] < self.separators),
            pulse=_chosen(self.pulses, at[9]),
            font=_chosen(self.fonts, at[10]),
            line_mm=round(low + (high - low) * float(at[11]), 3),
            damage=_chosen(self.damage, float(rng.random())),
        )


def _has_choice(weights: Any) -> bool:
    """Return whether these are weights by which something can be chosen."""
    if not isinstance(weights, Mapping) or not all(isinstance(weight, Real) for weight in weights.values()):
        return False
    return all(weight >= 0 for weight in weights.values()) and 0 < sum(weights.values()) < math.inf


def _are_rising(values: Any, length: int) -> bool:
    """Return whether these are so many numbers, none below the one before."""
    if not isinstance(values, tuple | list) or len(values) != length:
        return False
    return all(isinstance(value, Real) for value in values) and all(low <= high for low, high in pairwise(values))


USUAL_VARIETY = Variety(
    layouts={"12x1": 1, "3x4": 1, "3x4+II": 4, "3x4+II+V1+V5": 2, "4x3": 1, "6x2": 2},
    speeds={25: 4, 50: 1},
    gains={5: 1, 10: 8, 20: 1},
    colours={"blue": 1, "green": 1, "grey": 1, "none": 1, "red": 6},
    sizes={"A4": 1, "letter": 1},
    dpi={200: 1},
    labels=1.0,
    header=0.9,
    separators=0.7,
    pulses={"left": 6, "none": 2, "right": 2},
    fonts={"mono": 2, "plotter": 2, "sans": 4, "serif": 1},
    line_mm=(0.2, 0.5),
    damage={"crumple": 0.1, "fax": 0.05, "handwriting": 0.1, "none": 0.05, "photo": 0.4, "scan": 0.3, "stains": 0.1},
)
"""What pictures are drawn from where nothing else is asked for: what electrocardiographs print most, most often."""


def _chosen(weights: Mapping[Choice, float], at: float) -> Choice:
    """Return the choice that lies at a share of the whole, from 0 to 1; the order is that of the mapping."""
    ends = np.cumsum(list(weights.values()))
    return list(weights)[min(int(np.searchsorted(ends, at * ends[-1], side="right")), len(weights) - 1)]


def _dpi(dpi: Mapping[int, float] | tuple[int, int], at: float) -> int:
    if isinstance(dpi, Mapping):
        return _chosen(dpi, at)
    low, high = dpi
    return low + min(int(at * (high - low + 1)), high - low)
