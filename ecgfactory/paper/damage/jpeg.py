"""Blocks of JPEG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ecgfactory.paper.damage.base import PictureStep, Pixels


@dataclass(frozen=True)
class Jpeg(PictureStep):
    """Stored as JPEG and read back.

    Parameters
    ----------
    quality : int
        1 to 100, as libjpeg counts it.
    """

    name: ClassVar[str] = "jpeg"

    quality: int

    def on_picture(self, pixels: Pixels) -> Pixels:
        """Return what the file shows."""
        blue_first = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        _, stored = cv2.imencode(".jpg", blue_first, [cv2.IMWRITE_JPEG_QUALITY, self.quality])
        read: Pixels = np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR_RGB), dtype=np.uint8)
        return read
