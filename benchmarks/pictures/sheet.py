"""Ten of our pictures on one sheet, for people to judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from ecgfactory.paper.damage.base import Pixels

COLUMNS = 2
CELL_PX = (880, 640)
"""Width and height of what each is brought into, and set in the middle of."""

BETWEEN_PX = 12
BEHIND = 70
HIGHEST_KB, QUALITIES = 400, (80, 70, 60, 50, 40, 30)


def save_sheet(pictures: Sequence[Pixels], path: Path) -> None:
    """Save pictures side by side as the best JPEG that is not larger than a page of results may hold."""
    cells = [_cell(pixels) for pixels in pictures]
    rows = [np.hstack(cells[start : start + COLUMNS]) for start in range(0, len(cells), COLUMNS)]
    sheet = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    for quality in QUALITIES:
        _, encoded = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if encoded.size <= 1000 * HIGHEST_KB:
            break
    path.write_bytes(encoded.tobytes())


def _cell(pixels: Pixels) -> Pixels:
    width, height = CELL_PX
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cell = np.full((height + BETWEEN_PX, width + BETWEEN_PX, 3), BEHIND, np.uint8)
    top, left = (cell.shape[0] - small.shape[0]) // 2, (cell.shape[1] - small.shape[1]) // 2
    cell[top : top + small.shape[0], left : left + small.shape[1]] = small
    return cell
