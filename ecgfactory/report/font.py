"""DejaVu Sans as PDF files embed it: the glyph of each character, its width, and a font of the glyphs used alone.

The font lies in matplotlib's folder, the same on every machine; matplotlib itself is not imported. Tables are read and
written as the OpenType specification lays them out (https://learn.microsoft.com/typography/opentype/spec/).
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from ecgfactory.arrays import IntArray

_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_KEPT_TABLES = ("cvt ", "fpgm", "head", "hhea", "maxp", "prep")
"""Tables that a font of fewer glyphs takes over; of these head, hhea and maxp with a number changed."""

_HAS_WORD_ARGUMENTS, _HAS_SCALE, _MORE_COMPONENTS, _HAS_TWO_SCALES, _HAS_MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80


@cache
def font(bold: bool) -> Font:
    """Return DejaVu Sans, read once in a process."""
    package = importlib.util.find_spec("matplotlib")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / _FILES[bold]
    return Font(path.stem, path.read_bytes())


class Font:
    """A TrueType font.

    Parameters
    ----------
    name : str
        Its PostScript name.
    data : bytes
        The content of its file.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        count = struct.unpack_from(">H", data, 4)[0]
        records = [struct.unpack_from(">4s4xII", data, 12 + 16 * place) for place in range(count)]
        self._tables = {tag.decode(): data[start : start + length] for tag, start, length in records}
        self._units_per_em: int = struct.unpack_from(">H", self._tables["head"], 18)[0]

    def glyphs(self, text: str) -> list[int]:
        """Return the glyph of each character of a text; 0, an empty box, for those that the font lacks."""
        return [self._glyph_by_code.get(ord(character), 0) for character in text]

    def width_em(self, glyphs: Iterable[int]) -> float:
        """Return the width of glyphs set side by side, in units of the font's size."""
        return float(self._advances[list(glyphs)].sum()) / self._units_per_em

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, bottom, right and top of the box around all glyphs, in thousandths of the font's size."""
        left, bottom, right, top = (
            round(bound * 1000 / self._units_per_em) for bound in struct.unpack_from(">4h", self._tables["head"], 36)
        )
        return left, bottom, right, top

    def subset(self, used: Iterable[int]) -> bytes:
        """Return the font with the outlines of some glyphs only; every glyph keeps its number."""
        outlines = self._outlines(used)
        count = max(outlines) + 1
        lengths = np.zeros(count, np.int64)
        metrics = np.zeros((count, 2), ">i2")
        for glyph, outline in outlines.items():
            lengths[glyph] = len(outline)
            metrics[glyph] = self._metrics[glyph]
        tables = {name: self._tables[name] for name in _KEPT_TABLES}
        head = tables["head"][:8] + bytes(4) + tables["head"][12:]  # the sum of the whole file, which PDFs don't use
        tables["head"] = _with_number(head, 50, 1)  # places are written in four bytes
        tables["hhea"] = _with_number(tables["hhea"], 34, count)
        tables["maxp"] = _with_number(tables["maxp"], 4, count)
        tables["glyf"] = b"".join(outlines[glyph] for glyph in sorted(outlines))
        tables["loca"] = np.concatenate([[0], np.cumsum(lengths)]).astype(">u4").tobytes()
        tables["hmtx"] = metrics.tobytes()
        return _font_file(tables)

    @cached_property
    def _glyph_by_code(self) -> dict[int, int]:
        """The glyph of each Unicode character, by the character map of 32-bit codes."""
        cmap = self._tables["cmap"]
        count = struct.unpack_from(">H", cmap, 2)[0]
        starts = {struct.unpack_from(">HH", cmap, 4 + 8 * n): 8 + 8 * n for n in range(count)}
        start = struct.unpack_from(">I", cmap, starts[3, 10])[0]
        groups = np.frombuffer(cmap, ">u4", 3 * struct.unpack_from(">I", cmap, start + 12)[0], start + 16)
        glyphs: dict[int, int] = {}
        for first, last, glyph in groups.reshape(-1, 3).tolist():
            glyphs.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
        return glyphs

    @cached_property
    def _metrics(self) -> IntArray:
        """Advance and left side bearing of each glyph, shape (glyphs, 2)."""
        full = struct.unpack_from(">H", self._tables["hhea"], 34)[0]
        pairs = np.frombuffer(self._tables["hmtx"], ">i2", 2 * full).reshape(-1, 2)
        bearings = np.frombuffer(self._tables["hmtx"], ">i2", offset=4 * full)
        advances = np.full(bearings.size, pairs[-1, 0])
        return np.concatenate([pairs, np.column_stack([advances, bearings])]).astype(np.int64)

    @property
    def _advances(self) -> IntArray:
        return self._metrics[:, 0]

    def _outlines(self, used: Iterable[int]) -> dict[int, bytes]:
        """Return the outline of each glyph used, of what these are made of, and of glyph 0."""
        wide = struct.unpack_from(">h", self._tables["head"], 50)[0]
        places = np.frombuffer(self._tables["loca"], ">u4" if wide else ">u2").astype(np.int64) * (1 if wide else 2)
        outlines: dict[int, bytes] = {}
        waiting = {0, *used}
        while waiting:
            glyph = waiting.pop()
            outlines[glyph] = self._tables["glyf"][places[glyph] : places[glyph + 1]]
            waiting |= set(_components(outlines[glyph])) - outlines.keys()
        return outlines


def _components(outline: bytes) -> Iterable[int]:
    """Yield the glyphs that a composite glyph is made of."""
    if not outline or struct.unpack_from(">h", outline)[0] >= 0:
        return
    place, flags = 10, _MORE_COMPONENTS
    while flags & _MORE_COMPONENTS:
        flags, glyph = struct.unpack_from(">HH", outline, place)
        yield glyph
        place += 8 if flags & _HAS_WORD_ARGUMENTS else 6
        place += 2 * bool(flags & _HAS_SCALE) + 4 * bool(flags & _HAS_TWO_SCALES) + 8 * bool(flags & _HAS_MATRIX)


def _with_number(table: bytes, place: int, number: int) -> bytes:
    return table[:place] + struct.pack(">H", number) + table[place + 2 :]


def _font_file(tables: Mapping[str, bytes]) -> bytes:
    """Put tables together to a file."""
    power = len(tables).bit_length() - 1
    search = 16 << power
    header = struct.pack(">IHHHH", 0x00010000, len(tables), search, power, 16 * len(tables) - search)
    directory, body = [], bytearray()
    start = len(header) + 16 * len(tables)
    for name in sorted(tables):
        padded = tables[name] + bytes(-len(tables[name]) % 4)
        checksum = int(np.frombuffer(padded, ">u4").sum(dtype=np.uint64)) & 0xFFFFFFFF
        directory.append(struct.pack(">4sIII", name.encode(), checksum, start + len(body), len(tables[name])))
        body += padded
    return header + b"".join(directory) + body
