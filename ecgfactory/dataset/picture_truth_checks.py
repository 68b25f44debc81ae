"""What may be wrong with the truth of one picture: within itself, beside the stored signal, and beside its mask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.leads import SignalUv
from ecgfactory.paper.mask import mask_values
from ecgfactory.paper.page_map import PageMap

TOLERANCE_PX = 0.05
"""How far a point of a trace may lie from where the stored sample puts it: coordinates are rounded to 0.01."""

FOUND_SHARE = 0.95
"""Of the samples inside a picture, at which the mask shows their lead; the others may lie beyond a torn edge."""

BESIDE_BOX_PX = 2
"""How far the pixels of a lead may reach out of its box, which is rounded as they are."""


class PictureTruthCheck:
    """Checks the truth of one picture.

    Parameters
    ----------
    truth : mapping
        As its JSON file tells; see `ecgfactory.paper.truth`.
    page_map : PageMap
        Where places on the page are, by the truth.
    signal_uv : int16 array, shape (leads, samples)
        The stored record.
    lead_names : sequence of str
        Its leads.
    """

    def __init__(
        self, truth: Mapping[str, Any], page_map: PageMap, signal_uv: SignalUv, lead_names: Sequence[str]
    ) -> None:
        self._truth, self._map = truth, page_map
        self._signal_uv, self._lead_names = signal_uv, list(lead_names)
        self._rate_hz = float(truth["sampling_rate_hz"])

    def problems(self, mask: npt.NDArray[np.uint8]) -> Iterator[str]:
        """Yield what is wrong, beginning with what it is wrong with; `mask` has the shape (height, width)."""
        truth = self._truth
        if truth["mask"]["values"] != mask_values(self._lead_names):
            yield "mask: values are not those of the record's leads"
            return
        unknown = set(np.unique(mask).tolist()) - set(truth["mask"]["values"].values())
        if unknown:
            yield f"mask: there is a pixel of value {min(unknown)}, which stands for nothing"
        for number, piece in enumerate(truth["leads"]):
            name = f"leads[{number}] ({piece['lead']})"
            for problem in (*self._trace_problems(piece), *self._ink_problems(piece, mask)):
                yield f"{name}: {problem}"
        yield from self._stray_problems(mask)
        yield from self._grid_problems()

    def _trace_problems(self, piece: Mapping[str, Any]) -> Iterator[str]:
        """Compare a polyline with the stored samples, drawn anew and brought into the picture by the map."""
        first, last = piece["first_sample"], piece["last_sample"]
        points_px = points_of(piece)
        if not 0 <= first <= last < self._signal_uv.shape[1] or len(points_px) != last - first + 1:
            yield f"{len(points_px)} points stand for samples {first} to {last} of {self._signal_uv.shape[1]}"
            return
        known = np.isfinite(points_px).all(axis=1)
        if (known == within(piece["missing"], first, last)).any():
            yield "points are not missing where it says so"
            return
        compared = known & ~within(piece["clipped"], first, last)
        if not compared.any():
            return
        stored_uv = self._signal_uv[self._lead_names.index(piece["lead"]), first : last + 1].astype(np.float64)
        drawn_px = self._map.to_picture(self._drawn_again(piece, stored_uv, points_px, compared))
        away_px = np.linalg.norm(drawn_px - points_px, axis=1)
        away_px[~compared] = 0
        worst = int(away_px.argmax())
        if away_px[worst] > TOLERANCE_PX:
            yield f"sample {first + worst} is {away_px[worst]:.2f} px from where the stored signal is"

    def _drawn_again(
        self, piece: Mapping[str, Any], stored_uv: Float64Array, points_px: Float64Array, compared: BoolArray
    ) -> Float64Array:
        """Return where samples are on the page by scale and baseline; only where it begins is by the polyline."""
        along_mm = np.arange(len(stored_uv)) / self._rate_hz * piece["mm_per_s"]
        begins_mm = np.median(self._map.to_page(points_px[compared])[:, 0] - along_mm[compared])
        height_mm = (stored_uv - piece["baseline_uv"]) / 1000 * piece["mm_per_mv"]
        return np.column_stack([begins_mm + along_mm, piece["baseline_mm"] - height_mm])

    def _ink_problems(self, piece: Mapping[str, Any], mask: npt.NDArray[np.uint8]) -> Iterator[str]:
        """Hold a polyline against its box, and against the mask."""
        points_px = points_of(piece)
        points_px = points_px[np.isfinite(points_px).all(axis=1)]
        height, width = mask.shape
        inside = points_px[((points_px > -0.5) & (points_px < (width - 0.5, height - 0.5))).all(axis=1)]
        if not len(inside):
            return
        left, top, right, bottom = piece["box_px"]
        if (inside < np.array((left, top)) - 1).any() or (inside > np.array((right, bottom)) + 1).any():
            yield "its box does not hold its trace"
        value = self._truth["mask"]["values"][piece["lead"]]
        column, row = np.rint(inside).astype(int).T
        found = near(mask == value)[row, column].mean()
        if found < FOUND_SHARE:
            yield f"the mask shows it at {found:.0%} of its samples"

    def _stray_problems(self, mask: npt.NDArray[np.uint8]) -> Iterator[str]:
        """Yield leads that the mask shows outside of their boxes."""
        for lead in self._lead_names:
            boxes = [piece["box_px"] for piece in self._truth["leads"] if piece["lead"] == lead]
            shown = mask == self._truth["mask"]["values"][lead]
            for left, top, right, bottom in boxes:
                rows, columns = _span(top, bottom), _span(left, right)
                shown[rows, columns] = False
            if shown.any():
                row, column = np.argwhere(shown)[0]
                yield f"mask: pixel ({column}, {row}) shows {lead}, outside of its box"

    def _grid_problems(self) -> Iterator[str]:
        """Compare the ends of grid lines with what the map says of them."""
        grid = self._truth["grid"]
        if grid is None:
            return
        left, top, right, bottom = grid["box_mm"]
        for way, axis in (("vertical", "x_mm"), ("horizontal", "y_mm")):
            for number, line in enumerate(grid[way]):
                at = line[axis]
                ends = [(at, top), (at, bottom)] if way == "vertical" else [(left, at), (right, at)]
                away_px = np.abs(self._map.to_picture(np.array(ends)) - line["ends_px"]).max()
                if away_px > TOLERANCE_PX:
                    yield f"grid: {way}[{number}] is {away_px:.2f} px from where the map has it"
                    return


def points_of(piece: Mapping[str, Any]) -> Float64Array:
    """Return the polyline of a piece of a lead, shape (samples, 2), NaN where samples are missing."""
    return np.column_stack([np.array(piece[axis], dtype=np.float64) for axis in ("x_px", "y_px")])


def within(stretches: Sequence[Sequence[int]], first: int, last: int) -> BoolArray:
    """Return which of some samples are in stretches of first and last ones, shape (last - first + 1,)."""
    inside = np.zeros(last - first + 1, dtype=bool)
    for start, stop in stretches:
        inside[max(start - first, 0) : max(stop - first + 1, 0)] = True
    return inside


def near(shown: BoolArray) -> BoolArray:
    """Return which pixels are among others or next to them: a thin line may miss the pixel that its point is in."""
    return cv2.dilate(shown.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)).astype(bool)


def _span(low: float, high: float) -> slice:
    return slice(max(int(np.floor(low)) - BESIDE_BOX_PX, 0), max(int(np.ceil(high)) + BESIDE_BOX_PX + 1, 0))
