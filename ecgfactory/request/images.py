"""The section `images` of a build request: how accepted records are printed, and what happens to the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from ecgfactory.paper.encode import USUAL_QUALITY, Encoding
from ecgfactory.paper.sizes import SIZES
from ecgfactory.paper.style import (
    COLOURS,
    DAMAGES,
    FONTS,
    GAINS_MM_PER_MV,
    HIGHEST_DPI,
    LOWEST_DPI,
    PULSES,
    SPEEDS_MM_PER_S,
)
from ecgfactory.paper.variety import USUAL_VARIETY, Variety
from ecgfactory.request.image_choices import (
    WEIGHTS,
    Colour,
    DamageName,
    Dpi,
    DpiRange,
    Font,
    Gain,
    LayoutName,
    LineMm,
    PulsePlace,
    Share,
    SizeName,
    Speed,
    Weight,
    can_be_chosen,
    dpi_range_or_weights,
    ends,
    with_names,
)
from ecgfactory.request.range import Range

MOST_PER_RECORD = 100

Choice = TypeVar("Choice", str, int)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class LineRange(Range, title="Line (mm)"):
    """Between which the width of the traces is drawn."""

    min: LineMm = Field(USUAL_VARIETY.line_mm[0], description="thinnest, in mm")
    max: LineMm = Field(USUAL_VARIETY.line_mm[1], description="thickest, in mm")


class PaperRequest(_Section, title="Paper"):
    """What records are printed on, and at which scale; weights of each choice."""

    speeds: Annotated[dict[Speed, Weight], *WEIGHTS] = Field(
        dict(USUAL_VARIETY.speeds),
        min_length=1,
        title="Speeds (mm/s)",
        description="width of a second",
        json_schema_extra=with_names(SPEEDS_MM_PER_S),
    )
    gains: Annotated[dict[Gain, Weight], *WEIGHTS] = Field(
        dict(USUAL_VARIETY.gains),
        min_length=1,
        title="Gains (mm/mV)",
        description="height of a millivolt; where rows would touch, the next smaller one that fits is taken",
        json_schema_extra=with_names(GAINS_MM_PER_MV),
    )
    colours: Annotated[dict[Colour, Weight], *WEIGHTS] = Field(
        dict(USUAL_VARIETY.colours),
        min_length=1,
        description="colour of the grid; none: paper without one",
        json_schema_extra=with_names(COLOURS),
    )
    sizes: Annotated[dict[SizeName, Weight], *WEIGHTS] = Field(
        dict(USUAL_VARIETY.sizes),
        min_length=1,
        description="size of the sheet",
        json_schema_extra=with_names(SIZES),
    )
    dpi: Annotated[dict[Dpi, Weight] | DpiRange, BeforeValidator(dpi_range_or_weights)] = Field(
        {200: 1.0},
        title="Resolution (dpi)",
        description=f"pixels per inch, {LOWEST_DPI} to {HIGHEST_DPI}: weights, or a range {{min: 100, max: 300}}",
    )

    @field_validator("dpi")
    @classmethod
    def _dpi_can_be_chosen(cls, dpi: dict[int, float] | DpiRange) -> dict[int, float] | DpiRange:
        if dpi == {}:
            raise ValueError("no resolution is named; write 200, or leave the key out")
        return dpi if isinstance(dpi, DpiRange) else can_be_chosen(dpi)


class PrintRequest(_Section, title="Print"):
    """What is printed beside the traces."""

    labels: Share = Field(USUAL_VARIETY.labels, title="Names of leads (share)", description="how often leads are named")
    header: Share = Field(
        USUAL_VARIETY.header, title="Header (share)", description="how often there is one, of an invented patient"
    )
    separators: Share = Field(
        USUAL_VARIETY.separators, title="Separators (share)", description="how often leads in a row have marks between"
    )
    pulse: Annotated[dict[PulsePlace, Weight], *WEIGHTS] = Field(
        dict(USUAL_VARIETY.pulses),
        min_length=1,
        title="Calibration pulse",
        description="where it is",
        json_schema_extra=with_names(PULSES),
    )
    fonts: Annotated[dict[Font, Weight], *WEIGHTS] = Field(
        dict(USUAL_VARIETY.fonts),
        min_length=1,
        description="what text is printed in",
        json_schema_extra=with_names(FONTS),
    )
    line_mm: Annotated[LineRange, BeforeValidator(ends)] = LineRange()


class ImagesRequest(_Section, title="Images"):
    """Pictures of accepted records on paper, with the truth about every point."""

    per_record: int = Field(
        1, strict=True, ge=1, le=MOST_PER_RECORD, title="Pictures per record", description="each another page"
    )
    layouts: Annotated[dict[LayoutName, Weight], *WEIGHTS] = Field(
        dict(USUAL_VARIETY.layouts),
        min_length=1,
        description="rows x columns, and leads below them for the whole time; weights: {3x4+II: 2, 12x1: 1}",
        examples=[{"3x4+II": 2, "12x1": 1}],
    )
    paper: PaperRequest = PaperRequest()
    print: PrintRequest = PrintRequest()
    damage: Annotated[dict[DamageName, Weight], *WEIGHTS] = Field(
        dict(USUAL_VARIETY.damage),
        min_length=1,
        description="how often each happens to a page in comparison with the others: {scan: 1, photo: 2}",
        json_schema_extra=with_names(DAMAGES),
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
