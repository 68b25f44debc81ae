"""What may be wrong with the truth of one picture: within itself, beside the stored signal, and beside its mask."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.leads import SignalUv
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.mask_values import BACKGROUND, GRID, mask_values
from ecgfactory.paper.truth_file import LeadTruth, PictureTruth

TOLERANCE_PX = 0.05
"""How far a point of a trace may lie from where the stored sample puts it: coordinates are rounded to 0.01."""

FOUND_SHARE = 0.95
"""Of the samples inside a picture, at which the mask shows their lead; the others may lie beyond a torn edge."""

LEAST_CONTRAST = 8
"""Of 255, between traces and the paper beside them: of 80 pictures of all kinds of damage none had less than 32."""

_NEAR_PX, _FAR_PX = 2, 4
"""Between which from a trace the paper beside it is: nearer, pictures are blurred."""

BESIDE_BOX_PX = 2
"""How far the pixels of a lead may reach out of its box, which is rounded as they are."""


class PictureTruthCheck:
    """Checks the truth of one picture.

    Parameters
    ----------
    truth : PictureTruth
        Of the record's leads, at its sampling rate.
    signal_uv : int16 array, shape (leads, samples)
        What is stored of the record from the first to the last sample that is shown.
    dropped : bool array, shape (samples,)
        Which of these samples are missing.
    """

    def __init__(self, truth: PictureTruth, signal_uv: SignalUv, dropped: BoolArray) -> None:
        self._truth, self._signal_uv, self._dropped = truth, signal_uv, dropped

    def problems(self, pixels: Pixels, mask: npt.NDArray[np.uint8]) -> Iterator[str]:
        """Yield what is wrong, the picture and the mask, of shape (height, width), included."""
        if self._truth.mask_values != mask_values(self._truth.lead_names):
            yield "the values of the mask are not those of the record's leads"
            return
        held = set(np.flatnonzero(np.bincount(mask.ravel(), minlength=1)).tolist())
        if unknown := held - set(self._truth.mask_values.values()):
            yield f"the mask has pixels of value {min(unknown)}, which stands for nothing"
        for piece in self._truth.leads:
            where = f"{piece.lead} in row {piece.row}, column {piece.column}"
            for problem in (*self._trace_problems(piece), *self._ink_problems(piece, mask)):
                yield f"{where}: {problem}"
        yield from self._stray_problems(mask)
        yield from self._contrast_problems(pixels, mask)
        yield from self._grid_problems()

    def _trace_problems(self, piece: LeadTruth) -> Iterator[str]:
        """Compare a polyline with the stored samples, drawn anew and brought into the picture by the map."""
        first, last = self._truth.first_sample, self._truth.last_sample
        if piece.lead not in self._truth.lead_names or not first <= piece.first_sample <= piece.last_sample <= last:
            yield f"samples {piece.first_sample} to {piece.last_sample} of it are not among the {first} to {last} shown"
            return
        start = piece.first_sample - first
        is_drawn = ~np.isnan(piece.x_px + piece.y_px)
        otherwise = np.flatnonzero(np.equal(is_drawn, self._dropped[start : start + len(is_drawn)]))
        if len(otherwise):
            told = "is drawn, and was dropped" if is_drawn[otherwise[0]] else "is not drawn, and was not dropped"
            yield f"sample {piece.first_sample + otherwise[0]} {told}"
            return
        away_px = np.linalg.norm(self._drawn_again_px(piece) - piece.points_px, axis=1)
        away_px[~(piece.is_known & is_drawn)] = 0
        worst = int(away_px.argmax())
        if away_px[worst] > TOLERANCE_PX:
            sample = piece.first_sample + worst
            yield f"sample {sample} is {away_px[worst]:.2f} px away from where the stored signal has it"

    def _drawn_again_px(self, piece: LeadTruth) -> Float64Array:
        """Return where samples are by scale, baseline and the place of the first."""
        start = piece.first_sample - self._truth.first_sample
        stored_uv = self._signal_uv[self._truth.lead_names.index(piece.lead), start : start + len(piece.x_px)]
        along_mm = np.arange(len(stored_uv)) / self._truth.sampling_rate_hz * piece.mm_per_s
        height_mm = (stored_uv - piece.baseline_uv) / 1000 * piece.mm_per_mv
        places_mm = np.column_stack([piece.first_x_mm + along_mm, piece.baseline_mm - height_mm])
        return self._truth.page_map.to_picture(places_mm)

    def _ink_problems(self, piece: LeadTruth, mask: npt.NDArray[np.uint8]) -> Iterator[str]:
        """Hold a polyline against its box, and against the mask."""
        height, width = mask.shape
        points_px = piece.points_px[np.isfinite(piece.points_px).all(axis=1)]
        seen = points_px[((points_px > -0.5) & (points_px < (width - 0.5, height - 0.5))).all(axis=1)]
        if not len(seen):
            return
        if piece.box_px is None:
            yield "it is in the picture, and has no box"
            return
        left, top, right, bottom = piece.box_px
        if (seen < (left, top)).any() or (seen > (right, bottom)).any():
            yield "its box does not hold its trace"
            return
        rows, columns = _around(piece.box_px)
        column, row = (np.rint(seen) - (columns.start, rows.start)).astype(int).T
        # A thin line may miss the pixel that its point lies in.
        found = _grown(mask[rows, columns] == self._truth.mask_values[piece.lead], 1)[row, column].mean()
        if found < FOUND_SHARE:
            yield f"the mask shows it at {found:.0%} of its samples"

    def _stray_problems(self, mask: npt.NDArray[np.uint8]) -> Iterator[str]:
        """Yield leads that the mask shows outside of their boxes."""
        rest = mask.copy()
        for piece in self._truth.leads:
            if piece.box_px is not None:
                within = rest[_around(piece.box_px)]
                within[within == self._truth.mask_values[piece.lead]] = BACKGROUND
        names = {value: name for name, value in self._truth.mask_values.items() if name in self._truth.lead_names}
        for value in np.flatnonzero(np.bincount(rest.ravel(), minlength=1)).tolist():
            if value in names:
                row, column = np.unravel_index(np.argmax(rest == value), rest.shape)
                yield f"the mask shows {names[value]} at pixel ({column}, {row}), outside of its box"

    def _contrast_problems(self, pixels: Pixels, mask: npt.NDArray[np.uint8]) -> Iterator[str]:
        """Hold the mask against the picture: leads are darker than the paper beside them."""
        is_lead = np.isin(mask, [self._truth.mask_values[piece.lead] for piece in self._truth.leads])
        beside = _grown(is_lead, _FAR_PX) & ~_grown(is_lead, _NEAR_PX) & (mask <= GRID)
        if not (is_lead.any() and beside.any()):
            return
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        darker = grey[beside].mean() - grey[is_lead].mean()
        if darker < LEAST_CONTRAST:
            yield f"the picture is {darker:.0f} of 255 darker where the mask shows leads than beside them"

    def _grid_problems(self) -> Iterator[str]:
        """Compare the ends of grid lines with what the map says of them."""
        grid = self._truth.grid
        if grid is None:
            return
        left, top, right, bottom = grid.box_mm
        ends_mm = [
            *(end for x in grid.vertical.x_mm for end in ((x, top), (x, bottom))),
            *(end for y in grid.horizontal.y_mm for end in ((left, y), (right, y))),
        ]
        told_px = np.concatenate([lines.ends_px.reshape(-1, 2) for lines in (grid.vertical, grid.horizontal)])
        away_px = np.linalg.norm(self._truth.page_map.to_picture(np.array(ends_mm)) - told_px, axis=1)
        if not away_px.max() <= TOLERANCE_PX:
            yield f"an end of a grid line is {away_px.max():.2f} px from where the map has it"


def _grown(shown: BoolArray, by_px: int) -> BoolArray:
    """Add the pixels so near to those that are shown."""
    side = 2 * by_px + 1
    return np.asarray(cv2.dilate(shown.astype(np.uint8), np.ones((side, side), dtype=np.uint8)), dtype=bool)


def _around(box_px: tuple[float, float, float, float]) -> tuple[slice, slice]:
    """Return rows and columns of a box, and some pixels around it."""
    left, top, right, bottom = box_px
    low, high = (np.floor([top, left]) - BESIDE_BOX_PX).clip(0), np.ceil([bottom, right]) + BESIDE_BOX_PX + 1
    rows, columns = (slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
    return rows, columns
