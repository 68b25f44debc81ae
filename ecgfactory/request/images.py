"""The section `images` of a build request: how accepted records are printed, and what happens to the pages."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
    field_validator,
)

from ecgfactory.documents.keys import Among, nearest
from ecgfactory.errors import BadInputError, shown
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.arrangement import USUAL_LAYOUTS, layout_of
from ecgfactory.paper.encode import USUAL_QUALITY, Encoding
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
from ecgfactory.paper.variety import USUAL_VARIETY, Variety, as_weights
from ecgfactory.request.range import Range

MOST_PER_RECORD = 100

Choice = TypeVar("Choice", str, int)


def _can_be_chosen(weights: dict[Any, float]) -> dict[Any, float]:
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


def _ends(given: Any) -> Any:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return {"min": given, "max": given} if is_number else given


def _is_a_range(given: Any) -> bool:
    return isinstance(given, DpiRange) or (isinstance(given, Mapping) and bool({"min", "max"} & given.keys()))


def _dpi(given: Any) -> Any:
    """Tell a range from weights, so that what is wrong with either is told of it alone."""
    return DpiRange.model_validate(given) if _is_a_range(given) else _DPI_WEIGHTS.validate_python(given)


def _with_names(names: Collection[Any]) -> Any:
    return lambda schema: schema.update(propertyNames={"enum": [str(name) for name in names]})


_Weight = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
_Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1), BeforeValidator(_share)]
_LineMm = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=LOWEST_LINE_MM, le=HIGHEST_LINE_MM)]
_Dpi = Annotated[int, AfterValidator(_on_a_scanner)]
_DpiEnd = Annotated[_Dpi, Field(strict=True, json_schema_extra={"minimum": LOWEST_DPI, "maximum": HIGHEST_DPI})]

_Weights = (BeforeValidator(as_weights), AfterValidator(_can_be_chosen))
_Layout = Annotated[str, Among(lambda: USUAL_LAYOUTS), AfterValidator(_can_be_printed)]
_Colour = Annotated[str, Among(lambda: COLOURS), _known("colour", COLOURS)]
_Size = Annotated[str, Among(lambda: SIZES), _known("size", SIZES)]
_Font = Annotated[str, Among(lambda: FONTS), _known("font", FONTS)]
_Pulse = Annotated[str, Among(lambda: PULSES), _known("place for the pulse", PULSES)]
_Damage = Annotated[str, Among(lambda: DAMAGES), _known("damage", DAMAGES)]
_DPI_WEIGHTS = TypeAdapter(
    Annotated[dict[Annotated[_Dpi, BeforeValidator(_dots)], _Weight], BeforeValidator(as_weights)]
)
_Speed = Annotated[int, _one_of("speed of", SPEEDS_MM_PER_S, "mm/s")]
_Gain = Annotated[int, _one_of("gain of", GAINS_MM_PER_MV, "mm/mV")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class DpiRange(Range, title="Resolution (dpi)"):
    """Between which the pixels per inch are drawn."""

    min: _DpiEnd = Field(100, description="lowest")
    max: _DpiEnd = Field(300, description="highest")


class LineRange(Range, title="Line (mm)"):
    """Between which the width of the traces is drawn."""

    min: _LineMm = Field(USUAL_VARIETY.line_mm[0], description="thinnest, in mm")
    max: _LineMm = Field(USUAL_VARIETY.line_mm[1], description="thickest, in mm")


class PaperRequest(_Section, title="Paper"):
    """What records are printed on, and at which scale; weights of each choice."""

    speeds: Annotated[dict[_Speed, _Weight], *_Weights] = Field(
        dict(USUAL_VARIETY.speeds),
        min_length=1,
        title="Speeds (mm/s)",
        description="width of a second",
        json_schema_extra=_with_names(SPEEDS_MM_PER_S),
    )
    gains: Annotated[dict[_Gain, _Weight], *_Weights] = Field(
        dict(USUAL_VARIETY.gains),
        min_length=1,
        title="Gains (mm/mV)",
        description="height of a millivolt; where rows would touch, the next smaller one that fits is taken",
        json_schema_extra=_with_names(GAINS_MM_PER_MV),
    )
    colours: Annotated[dict[_Colour, _Weight], *_Weights] = Field(
        dict(USUAL_VARIETY.colours),
        min_length=1,
        description="colour of the grid; none: paper without one",
        json_schema_extra=_with_names(COLOURS),
    )
    sizes: Annotated[dict[_Size, _Weight], *_Weights] = Field(
        dict(USUAL_VARIETY.sizes),
        min_length=1,
        description="size of the sheet",
        json_schema_extra=_with_names(SIZES),
    )
    dpi: Annotated[dict[_Dpi, _Weight] | DpiRange, BeforeValidator(_dpi)] = Field(
        {200: 1.0},
        title="Resolution (dpi)",
        description=f"pixels per inch, {LOWEST_DPI} to {HIGHEST_DPI}: weights, or a range {{min: 100, max: 300}}",
    )

    @field_validator("dpi")
    @classmethod
    def _dpi_can_be_chosen(cls, dpi: dict[int, float] | DpiRange) -> dict[int, float] | DpiRange:
        if dpi == {}:
            raise ValueError("no resolution is named; write 200, or leave the key out")
        return dpi if isinstance(dpi, DpiRange) else _can_be_chosen(dpi)


class PrintRequest(_Section, title="Print"):
    """What is printed beside the traces."""

    labels: _Share = Field(
        USUAL_VARIETY.labels, title="Names of leads (share)", description="how often leads are named"
    )
    header: _Share = Field(
        USUAL_VARIETY.header, title="Header (share)", description="how often there is one, of an invented patient"
    )
    separators: _Share = Field(
        USUAL_VARIETY.separators, title="Separators (share)", description="how often leads in a row have marks between"
    )
    pulse: Annotated[dict[_Pulse, _Weight], *_Weights] = Field(
        dict(USUAL_VARIETY.pulses),
        min_length=1,
        title="Calibration pulse",
        description="where it is",
        json_schema_extra=_with_names(PULSES),
    )
    fonts: Annotated[dict[_Font, _Weight], *_Weights] = Field(
        dict(USUAL_VARIETY.fonts),
        min_length=1,
        description="what text is printed in",
        json_schema_extra=_with_names(FONTS),
    )
    line_mm: Annotated[LineRange, BeforeValidator(_ends)] = LineRange()


class ImagesRequest(_Section, title="Images"):
    """Pictures of accepted records on paper, with the truth about every point."""

    per_record: int = Field(
        1, strict=True, ge=1, le=MOST_PER_RECORD, title="Pictures per record", description="each another page"
    )
    layouts: Annotated[dict[_Layout, _Weight], *_Weights] = Field(
        dict(USUAL_VARIETY.layouts),
        min_length=1,
        description="rows x columns, and leads below them for the whole time; weights: {3x4+II: 2, 12x1: 1}",
        examples=[{"3x4+II": 2, "12x1": 1}],
    )
    paper: PaperRequest = PaperRequest()
    print: PrintRequest = PrintRequest()
    damage: Annotated[dict[_Damage, _Weight], *_Weights] = Field(
        dict(USUAL_VARIETY.damage),
        min_length=1,
        description="how often each happens to a page in comparison with the others: {scan: 1, photo: 2}",
        json_schema_extra=_with_names(DAMAGES),
    )
    file: Literal["png", "jpeg", "webp"] = Field("png", description="kind of file; png loses nothing")
    quality: int | None = Field(
        None,
        strict=True,
        ge=1,
        le=100,
        title="Quality (1 to 100)",
        description=f"of jpeg and webp; absent: {USUAL_QUALITY}",
    )

    @field_validator("quality")
    @classmethod
    def _file_has_quality(cls, quality: int | None, info: ValidationInfo) -> int | None:
        if quality is not None and info.data.get("file") == "png":
            raise ValueError(f"{quality} is for jpeg and webp, and png loses nothing; leave it out, or say file: jpeg")
        return quality

    @property
    def encoding(self) -> Encoding:
        """How pixels become a file."""
        return Encoding(self.file, 100 if self.file == "png" else self.quality or USUAL_QUALITY)

    @property
    def variety(self) -> Variety:
        """What the style of each picture is drawn from: the same for two ways to ask for the same."""
        paper, printed = self.paper, self.print
        return Variety(
            layouts=_shares(self.layouts),
            speeds=_shares(paper.speeds),
            gains=_shares(paper.gains),
            colours=_shares(paper.colours),
            sizes=_shares(paper.sizes),
            dpi=_dpi_shares(paper.dpi),
            labels=printed.labels + 0.0,
            header=printed.header + 0.0,
            separators=printed.separators + 0.0,
            pulses=_shares(printed.pulse),
            fonts=_shares(printed.fonts),
            line_mm=(float(printed.line_mm.min), float(printed.line_mm.max)),
            damage=_shares(self.damage),
        )

    @property
    def identity(self) -> dict[str, Any]:
        """All that decides the pictures, for JSON."""
        encoding = asdict(self.encoding)
        return {**asdict(self.variety), "per_record": self.per_record, **encoding}

    @property
    def words(self) -> str:
        """What is drawn, in words."""
        kinds = _shares(self.damage)
        damaged = f"each damaged with a chance of {100 * (1 - kinds.get('none', 0)):.3g} %"
        each = f"{self.per_record} pictures" if self.per_record > 1 else "a picture"
        return f"{each} of each record at {_dpi_words(self.variety.dpi)} dpi, {damaged}"


def _shares(weights: Mapping[Choice, float]) -> dict[Choice, float]:
    """Return what can be chosen, in order, with shares that sum to 1.

    Weights are taken as they are written, in decimals: those of 0.1, 0.2 and 0.3 are those of 3, 2 and 1 in any order.
    """
    exact = {choice: Fraction(str(weights[choice])) for choice in sorted(weights)}
    total = sum(exact.values())
    return {choice: float(weight / total) for choice, weight in exact.items() if weight}


def _dpi_words(dpi: Mapping[int, float] | tuple[int, int]) -> str:
    if not isinstance(dpi, Mapping):
        return f"{dpi[0]} to {dpi[1]}"
    *others, last = map(str, dpi)
    return f"{', '.join(others)} or {last}" if others else last


def _dpi_shares(dpi: dict[int, float] | DpiRange) -> dict[int, float] | tuple[int, int]:
    if not isinstance(dpi, DpiRange):
        return _shares(dpi)
    return {dpi.min: 1.0} if dpi.min == dpi.max else (dpi.min, dpi.max)
