"""The JSON file beside a picture: written, and read back with types; its keys are described in `truth_keys`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.paper.page_map import Displacement, PageMap


def _array(values: Any) -> Float64Array:
    """Return lists of numbers as an array, with NaN for null."""
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError("must be numbers, in rows of the same length") from None


Numbers = Annotated[Float64Array, BeforeValidator(_array)]
Stretch = tuple[int, int]
BoxPx = tuple[float, float, float, float] | None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)


class ImageTruth(_Part):
    """The picture's file."""

    file: str | None
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    dpi: float = Field(gt=0)


class MaskTruth(_Part):
    """The mask's file, and what its values mean."""

    file: str | None
    values: dict[str, Annotated[int, Field(ge=0, le=255)]]

    @model_validator(mode="after")
    def _each_value_means_one_thing(self) -> MaskTruth:
        if len(set(self.values.values())) < len(self.values):
            raise ValueError("must mean one thing by each value")
        return self


class PageTruth(_Part):
    """The page as printed."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    size: str
    layout: str
    asked_layout: str
    speed_mm_per_s: float = Field(gt=0)
    gain_mm_per_mv: float = Field(gt=0)
    asked_gain_mm_per_mv: float = Field(gt=0)
    colour: str
    font: str
    line_mm: float = Field(gt=0)


class DisplacementTruth(_Part):
    """What bends the page."""

    step_mm: float = Field(gt=0)
    x_px: Numbers
    y_px: Numbers

    @model_validator(mode="after")
    def _has_nodes(self) -> DisplacementTruth:
        if self.x_px.shape != self.y_px.shape or self.x_px.ndim != 2 or min(self.x_px.shape) < 2:
            raise ValueError("must have x_px and y_px of the same two rows and two columns or more")
        return self


class MapTruth(_Part):
    """Where places on the page are in the picture."""

    homography: Numbers
    displacement: DisplacementTruth | None

    @model_validator(mode="after")
    def _is_a_homography(self) -> MapTruth:
        if self.homography.shape != (3, 3) or not abs(np.linalg.det(self.homography)) > 0:
            raise ValueError("must have a homography of three rows of three numbers that can be inverted")
        return self


class DamageTruth(_Part):
    """What happened to the page."""

    kind: str
    steps: list[dict[str, Any]]


class LeadTruth(_Part):
    """One lead over part of the time."""

    lead: str
    row: int
    column: int
    is_rhythm: bool
    first_sample: int
    last_sample: int
    mm_per_mv: float = Field(gt=0)
    mm_per_s: float = Field(gt=0)
    first_x_mm: float
    baseline_uv: float
    baseline_mm: float
    box_px: BoxPx
    corners_px: Numbers
    outline_px: Numbers
    clipped: list[Stretch]
    missing: list[Stretch]
    x_px: Numbers
    y_px: Numbers

    @model_validator(mode="after")
    def _has_a_point_a_sample(self) -> LeadTruth:
        if not self.x_px.shape == self.y_px.shape == (self.last_sample - self.first_sample + 1,):
            raise ValueError(f"must have a point of lead {self.lead} for each sample from first_sample to last_sample")
        return self

    @property
    def points_px(self) -> Float64Array:
        """Shape (samples, 2): the line at each sample, NaN where it is missing."""
        return np.column_stack([self.x_px, self.y_px])

    @property
    def is_known(self) -> BoolArray:
        """Shape (samples,): whether a sample is drawn where its value lies, neither missing nor clipped."""
        known = np.ones(len(self.x_px), dtype=bool)
        for first, last in [*self.clipped, *self.missing]:
            known[first - self.first_sample : last - self.first_sample + 1] = False
        return known


class LinesTruth(_Part):
    """Lines of the grid that go one way."""

    is_major: list[bool]
    ends_px: Numbers
    """Shape (lines, 2, 2): both ends of each, to the right and down."""


class VerticalTruth(LinesTruth):
    """The vertical lines."""

    x_mm: Numbers


class HorizontalTruth(LinesTruth):
    """The horizontal lines."""

    y_mm: Numbers


class GridTruth(_Part):
    """The lines of the paper."""

    box_mm: tuple[float, float, float, float]
    minor_mm: float = Field(gt=0)
    major_mm: float = Field(gt=0)
    minor_is_seen: bool
    major_is_seen: bool
    vertical: VerticalTruth
    horizontal: HorizontalTruth

    @model_validator(mode="after")
    def _has_two_ends_a_line(self) -> GridTruth:
        for places_mm, lines in ((self.vertical.x_mm, self.vertical), (self.horizontal.y_mm, self.horizontal)):
            if lines.ends_px.shape != (len(lines.is_major), 2, 2) or len(places_mm) != len(lines.is_major):
                raise ValueError("must have a place and two ends of each line")
        return self


class PulseTruth(_Part):
    """A calibration pulse."""

    height_mv: float = Field(gt=0)
    width_s: float = Field(gt=0)
    points_px: Numbers
    box_px: BoxPx
    corners_px: Numbers


class TextTruth(_Part):
    """A line of text."""

    text: str
    role: str
    box_px: BoxPx
    corners_px: Numbers


class PictureTruth(_Part):
    """All that is known of a picture."""

    version: Literal[1]
    record_id: str | None
    picture: int
    lead_names: tuple[str, ...]
    sampling_rate_hz: float = Field(gt=0)
    first_sample: int
    last_sample: int
    image: ImageTruth
    mask: MaskTruth
    page: PageTruth
    map: MapTruth
    damage: DamageTruth
    leads: list[LeadTruth]
    grid: GridTruth | None
    pulses: list[PulseTruth]
    texts: list[TextTruth]

    @model_validator(mode="after")
    def _masks_its_leads(self) -> PictureTruth:
        unknown = sorted({piece.lead for piece in self.leads} - set(self.mask.values))
        if unknown:
            raise ValueError(f"must have a value of the mask for lead {unknown[0]}")
        return self

    @property
    def mask_values(self) -> dict[str, int]:
        """What each value of the mask means, by name."""
        return self.mask.values

    @cached_property
    def page_map(self) -> PageMap:
        """Where places on the page are in the picture."""
        bent = self.map.displacement
        if bent is None:
            return PageMap(self.map.homography)
        return PageMap(self.map.homography, Displacement(bent.step_mm, np.stack([bent.x_px, bent.y_px], axis=-1)))


def truth_json(truth: Mapping[str, Any]) -> bytes:
    """Write what `truth_of` returns."""
    return orjson.dumps(dict(truth), option=orjson.OPT_SERIALIZE_NUMPY)


def read_truth(path: Path) -> PictureTruth:
    """Read the truth about a picture.

    Raises
    ------
    ValueError
        When the file is not one.
    """
    return parsed_truth(path.read_bytes(), str(path))


def parsed_truth(text: bytes, place: str = "the truth") -> PictureTruth:
    """Read the truth about a picture from its JSON; `place` says in messages where it is from.

    Raises
    ------
    ValueError
        When it is not one.
    """
    try:
        return PictureTruth.model_validate(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{place} is no JSON ({error}); write the picture again.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = ".".join(map(str, first["loc"])) or "it"
        said = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{place} is no truth about a picture: {at}: {said}; write the picture again.") from None
