"""What the styles of many pictures are drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, TypeVar

import numpy as np

from ecgfactory.errors import BadInputError, shown
from ecgfactory.paper.style import PaperStyle

Choice = TypeVar("Choice", str, int)


def _all_alike(*choices: Choice) -> Mapping[Choice, float]:
    return dict.fromkeys(choices, 1.0)


_WEIGHTED = ("layouts", "speeds", "gains", "colours", "sizes", "pulses", "fonts", "damage")


@dataclass(frozen=True)
class Variety:
    """Weights of what each picture's style is drawn from, one property independent of the others.

    Parameters
    ----------
    layouts, speeds, gains, colours, sizes, pulses, fonts, damage : mapping to float
        How often each is chosen in comparison with the others; see `PaperStyle`.
    dpi : mapping of int to float, or (int, int)
        Weights; or lowest and highest, between which all whole numbers are as likely.
    line_mm : (float, float)
        Thinnest and thickest line.
    labels, header, separators : float
        Chance that each is printed.

    Raises
    ------
    BadInputError
        When nothing can be chosen of something, or numbers can't be used; all problems are named at once.
    """

    layouts: Mapping[str, float] = field(default_factory=lambda: _all_alike("3x4+II"))
    speeds: Mapping[int, float] = field(default_factory=lambda: _all_alike(25))
    gains: Mapping[int, float] = field(default_factory=lambda: _all_alike(10))
    colours: Mapping[str, float] = field(default_factory=lambda: _all_alike("red"))
    sizes: Mapping[str, float] = field(default_factory=lambda: _all_alike("A4"))
    dpi: Mapping[int, float] | tuple[int, int] = field(default_factory=lambda: _all_alike(200))
    labels: float = 1.0
    header: float = 1.0
    separators: float = 1.0
    pulses: Mapping[str, float] = field(default_factory=lambda: _all_alike("left"))
    fonts: Mapping[str, float] = field(default_factory=lambda: _all_alike("sans"))
    line_mm: tuple[float, float] = (0.3, 0.3)
    damage: Mapping[str, float] = field(default_factory=lambda: _all_alike("none"))

    def __post_init__(self) -> None:
        weights = {name: getattr(self, name) for name in _WEIGHTED}
        ranges = {"line_mm": self.line_mm}
        if isinstance(self.dpi, Mapping):
            weights["dpi"] = self.dpi
        else:
            ranges["dpi"] = self.dpi
        problems = [
            *(
                f"{name} is {shown(of)}; give weights by name, from 0 on, one above."
                for name, of in weights.items()
                if not _has_choice(of)
            ),
            *(
                f"{name} is {shown(of)}; give two numbers, the lower first."
                for name, of in ranges.items()
                if not _rises(of)
            ),
            *(
                f"{name} is {shown(share)}; give a share from 0 to 1."
                for name in ("labels", "header", "separators")
                if not _is_share(share := getattr(self, name))
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


def _is_share(value: Any) -> bool:
    return isinstance(value, Real) and 0 <= float(value) <= 1


def _rises(ends: Any) -> bool:
    """Return whether something is two numbers, the lower first."""
    is_pair = isinstance(ends, Sequence) and len(ends) == 2 and all(isinstance(end, Real) for end in ends)
    return is_pair and ends[0] <= ends[1]


def _has_choice(weights: Any) -> bool:
    """Return whether something can be chosen by weights."""
    if not isinstance(weights, Mapping) or not all(isinstance(weight, Real) for weight in weights.values()):
        return False
    return all(weight >= 0 for weight in weights.values()) and 0 < sum(weights.values()) < math.inf


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
