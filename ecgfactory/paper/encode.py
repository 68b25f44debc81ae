"""Pixels as the bytes of a file: PNG, written faster than libraries do at the same size, JPEG and WebP."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from ecgfactory.paper.sizes import MM_PER_INCH

if TYPE_CHECKING:
    from ecgfactory.paper.damage.base import Pixels

FileKind = Literal["png", "jpeg", "webp"]

USUAL_QUALITY = 90
"""Of JPEG and WebP: above, files grow fast and nobody sees why."""

SUFFIXES: dict[FileKind, str] = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
MEDIA_TYPES: dict[FileKind, str] = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE, _RGB = 3, 2
"""Colour types of PNG."""

_NO_FILTER, _UP = 0, 2
"""Filters of PNG rows: bytes as they are, and their difference from those above, which paper makes small."""

_LEVEL = 1
"""Of igzip: 2 and 3 are slower and gain a tenth on noisy pictures."""


@dataclass(frozen=True)
class Encoding:
    """How pixels become a file.

    Parameters
    ----------
    kind : {"png", "jpeg", "webp"}
        What file it is.
    quality : int
        1 to 100, of JPEG and WebP.
    """

    kind: FileKind = "png"
    quality: int = USUAL_QUALITY

    @property
    def suffix(self) -> str:
        """How the names of such files end."""
        return SUFFIXES[self.kind]

    def encode(self, pixels: Pixels, dpi: int) -> bytes:
        """Return the file of a picture that has so many pixels per inch; WebP does not hold that."""
        if self.kind == "png":
            return encode_png(pixels, dpi)
        from PIL import Image  # takes 50 ms, and requests name encodings

        held = io.BytesIO()
        options = {"dpi": (dpi, dpi)} if self.kind == "jpeg" else {"method": 2}
        Image.fromarray(pixels).save(held, self.kind, quality=self.quality, **options)
        return held.getvalue()


def encode_png(pixels: Pixels, dpi: int) -> bytes:
    """Return the PNG of a picture, shape (height, width, 3), that has so many pixels per inch."""
    height, width, channels = pixels.shape
    rows = np.ascontiguousarray(pixels).reshape(height, width * channels)
    filtered = np.empty((height, 1 + width * channels), np.uint8)
    filtered[:, 0] = _UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return _png(width, height, _RGB, [_resolution(dpi)], filtered)


def encode_palette_png(values: npt.NDArray[np.uint8], palette: npt.NDArray[np.uint8], dpi: int) -> bytes:
    """Return the PNG of a mask, a byte a pixel.

    Parameters
    ----------
    values : uint8 array, shape (height, width)
        Each below the number of colours.
    palette : uint8 array, shape (colours, 3)
        Red, green and blue that stand for each value; at most 256.
    dpi : int
        Pixels per inch.
    """
    height, width = values.shape
    filtered = np.empty((height, 1 + width), np.uint8)
    filtered[:, 0] = _NO_FILTER
    filtered[:, 1:] = values
    return _png(width, height, _PALETTE, [_chunk(b"PLTE", palette.tobytes()), _resolution(dpi)], filtered)


def _png(width: int, height: int, colour_type: int, chunks: list[bytes], filtered: npt.NDArray[np.uint8]) -> bytes:
    """Put a PNG together (ISO/IEC 15948), of 8 bits a sample, its rows filtered already."""
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    packed = isal_zlib.compress(filtered.data.cast("B"), _LEVEL)
    return b"".join([_SIGNATURE, _chunk(b"IHDR", header), *chunks, _chunk(b"IDAT", packed), _chunk(b"IEND", b"")])


def _resolution(dpi: int) -> bytes:
    per_metre = round(dpi * 1000 / MM_PER_INCH)
    return _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = isal_zlib.crc32(content, isal_zlib.crc32(kind))
    return b"".join([struct.pack(">I", len(content)), kind, content, struct.pack(">I", check)])
