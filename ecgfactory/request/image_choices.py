"""What may stand in the section `images` of a build request: choices with weights, shares, resolutions."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter

from ecgfactory.documents.keys import Among, nearest
from ecgfactory.errors import BadInputError, shown
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.arrangement import USUAL_LAYOUTS, layout_of
from ecgfactory.paper.sizes import SIZES
from ecgfactory.paper.style import (
    COLOURS,
    DAMAGES,
    FONTS,
    GAINS_MM_PER_MV,
    HIGHEST_DPI,
    HIGHEST_LINE_MM,
    LOWEST_DPI,
    LOWEST_LINE_MM,
    PULSES,
    SPEEDS_MM_PER_S,
)
from ecgfactory.paper.variety import as_weights
from ecgfactory.request.range import Range


def can_be_chosen(weights: dict[Any, float]) -> dict[Any, float]:
    """Check that one of the weights is above 0."""
    if not any(weights.values()):
        raise ValueError("every weight is 0, so that nothing can be chosen; give one a weight above 0")
    return weights


def _known(noun: str, names: Collection[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            meant = nearest(name, names)
            choice = f"did you mean {meant}?" if meant else f"choose from {', '.join(names)}"
            raise ValueError(f"there is no {noun} {shown(name)}; {choice}")
        return name

    return AfterValidator(check)


def _whole(given: Any) -> int | None:
    """Return the whole number that a value or key stands for, which YAML and JSON give as text; None where none is."""
    try:
        number = math.nan if isinstance(given, bool) else float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None


def _one_of(noun: str, numbers: Collection[int], unit: str) -> BeforeValidator:
    def check(given: Any) -> int:
        number = _whole(given)
        if number is None or number not in numbers:
            told = shown(given) if number is None else f"{number:g} {unit}"
            raise ValueError(f"there is no {noun} {told}; choose from {', '.join(map(str, numbers))}")
        return number

    return BeforeValidator(check)


def _can_be_printed(name: str) -> str:
    try:
        layout = layout_of(name)
    except BadInputError as error:
        meant = nearest(name, USUAL_LAYOUTS)
        raise ValueError(f"there is no layout {name!r}; did you mean {meant}?" if meant else str(error)[:-1]) from None
    for lead in layout.rhythm_leads:
        if lead not in TWELVE_LEADS:
            meant = nearest(lead, TWELVE_LEADS)
            choice = f"did you mean {meant}?" if meant else f"choose from {', '.join(TWELVE_LEADS)}"
            raise ValueError(f"layout {name!r} names a lead {lead!r}, which there is not; {choice}")
    return name


def _dots(given: Any) -> int:
    dpi = _whole(given)
    if dpi is None:
        raise ValueError(f"{shown(given)} is no resolution; write a whole number from {LOWEST_DPI} to {HIGHEST_DPI}")
    return dpi


def _on_a_scanner(dpi: int) -> int:
    if dpi < LOWEST_DPI:
        raise ValueError(f"{dpi} dpi is below {LOWEST_DPI}, where the lines of the grid run together; use more")
    if dpi > HIGHEST_DPI:
        raise ValueError(f"{dpi} dpi is above {HIGHEST_DPI}, where a picture has 35 million pixels; use less")
    return dpi


def _share(given: Any) -> Any:
    if isinstance(given, str) and given.lower() in ("yes", "no", "on", "off"):
        raise ValueError(f"{given!r} is text in YAML 1.2; write true, false, or a share from 0 to 1")
    return float(given) if isinstance(given, bool) else given


def ends(given: Any) -> Any:
    """Take one number for both ends of a range."""
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return {"min": given, "max": given} if is_number else given


def with_names(names: Collection[Any]) -> Any:
    """Have a form offer these names as keys."""
    return lambda schema: schema.update(propertyNames={"enum": [str(name) for name in names]})


Weight = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1), BeforeValidator(_share)]
LineMm = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=LOWEST_LINE_MM, le=HIGHEST_LINE_MM)]
Dpi = Annotated[int, AfterValidator(_on_a_scanner)]
DpiEnd = Annotated[Dpi, Field(strict=True, json_schema_extra={"minimum": LOWEST_DPI, "maximum": HIGHEST_DPI})]

WEIGHTS = (BeforeValidator(as_weights), AfterValidator(can_be_chosen))
LayoutName = Annotated[str, Among(lambda: USUAL_LAYOUTS), AfterValidator(_can_be_printed)]
Colour = Annotated[str, Among(lambda: COLOURS), _known("colour", COLOURS)]
SizeName = Annotated[str, Among(lambda: SIZES), _known("size", SIZES)]
Font = Annotated[str, Among(lambda: FONTS), _known("font", FONTS)]
PulsePlace = Annotated[str, Among(lambda: PULSES), _known("place for the pulse", PULSES)]
DamageName = Annotated[str, Among(lambda: DAMAGES), _known("damage", DAMAGES)]
_DPI_WEIGHTS = TypeAdapter(Annotated[dict[Annotated[Dpi, BeforeValidator(_dots)], Weight], BeforeValidator(as_weights)])
Speed = Annotated[int, _one_of("speed of", SPEEDS_MM_PER_S, "mm/s")]
Gain = Annotated[int, _one_of("gain of", GAINS_MM_PER_MV, "mm/mV")]


class DpiRange(Range, title="Resolution (dpi)"):
    """Between which the pixels per inch are drawn."""

    min: DpiEnd = Field(100, description="lowest")
    max: DpiEnd = Field(300, description="highest")


def _is_a_range(given: Any) -> bool:
    return isinstance(given, DpiRange) or (isinstance(given, Mapping) and bool({"min", "max"} & given.keys()))


def dpi_range_or_weights(given: Any) -> Any:
    """Tell a range from weights, so that what is wrong with either is told of it alone."""
    return DpiRange.model_validate(given) if _is_a_range(given) else _DPI_WEIGHTS.validate_python(given)
