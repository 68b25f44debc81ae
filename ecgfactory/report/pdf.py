"""Sheets as pages of a PDF file (ISO 32000-1), its bytes a function of what is drawn alone.

A page is encoded once, as `Content`, and can then stand in any number of files. Text is written by glyph numbers of an
embedded font, with a table that tells readers which characters these are.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ecgfactory.arrays import Float64Array
from ecgfactory.report.font import font
from ecgfactory.report.sheet import HEIGHT_MM, POINTS_PER_MM, WIDTH_MM, Areas, Lines, Sheet, Text

_HEADER = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_FONT_NAMES = {False: "R", True: "B"}
_ALIGNED = {"left": 0.0, "center": 0.5, "right": 1.0}
_ROUND_JOINS = "1 j"
_COMPRESSION = 4
"""Level of zlib: of level 6 it takes a fifth of the time, for a tenth more bytes."""


@dataclass(frozen=True)
class Content:
    """A sheet, encoded.

    Parameters
    ----------
    stream : bytes
        Its compressed content stream.
    characters : frozenset of (bool, str)
        Characters written on it, in bold or not.
    opacities : frozenset of float
        Opacities used other than 1.
    """

    stream: bytes
    characters: frozenset[tuple[bool, str]]
    opacities: frozenset[float]


def encode(sheet: Sheet) -> Content:
    """Encode what is drawn on a sheet."""
    parts = [_ROUND_JOINS, *(part for item in sheet.items for part in _operators(item))]
    texts = [item for item in sheet.items if isinstance(item, Text)]
    return Content(
        stream=_compressed("\n".join(parts).encode("ascii")),
        characters=frozenset((item.bold, character) for item in texts for character in item.text),
        opacities=frozenset(item.opacity for item in sheet.items if not isinstance(item, Text)) - {1.0},
    )


class PdfFile:
    """A PDF that is written page by page; nothing of a page stays in memory.

    Parameters
    ----------
    file : binary file
        Where it goes, from the current position on.
    title : str
        Title of the document.
    """

    _CATALOG, _PAGES, _RESOURCES, _INFO = 1, 2, 3, 4

    def __init__(self, file: BinaryIO, title: str) -> None:
        self._file = file
        self._title = title
        self._offsets: dict[int, int] = {}
        self._next = 5
        self._size = 0
        self._pages: list[int] = []
        self._characters: set[tuple[bool, str]] = set()
        self._opacities: set[float] = set()
        self._write(_HEADER)

    def add_page(self, contents: Sequence[Content]) -> None:
        """Add a page; what lies lowest comes first."""
        streams = []
        for content in contents:
            streams.append(self._add_stream(content.stream))
            self._characters |= content.characters
            self._opacities |= content.opacities
        self._pages.append(
            self._add(
                f"<< /Type /Page /Parent {self._PAGES} 0 R /Resources {self._RESOURCES} 0 R /MediaBox [0 0 "
                f"{WIDTH_MM * POINTS_PER_MM:.4f} {HEIGHT_MM * POINTS_PER_MM:.4f}] /Contents [{_references(streams)}] >>"
            )
        )

    def close(self) -> None:
        """Write what all pages share, and the table of contents of the file; the file itself stays open."""
        fonts = "".join(f"/{_FONT_NAMES[bold]} {self._add_font(bold)} 0 R " for bold in (False, True))
        opacities = "".join(f"/{_opacity_name(o)} << /CA {o:g} /ca {o:g} >> " for o in sorted(self._opacities))
        self._add(f"<< /Font << {fonts}>> /ExtGState << {opacities}>> >>", self._RESOURCES)
        pages = f"<< /Type /Pages /Kids [{_references(self._pages)}] /Count {len(self._pages)} >>"
        self._add(pages, self._PAGES)
        self._add(f"<< /Type /Catalog /Pages {self._PAGES} 0 R >>", self._CATALOG)
        title = b"\xfe\xff" + self._title.encode("utf-16be", "replace")
        self._add(f"<< /Title <{title.hex()}> /Creator (ecgfactory) >>", self._INFO)
        table_at = self._size
        entries = "".join(f"{self._offsets[number]:010d} 00000 n \n" for number in range(1, self._next))
        trailer = f"<< /Size {self._next} /Root {self._CATALOG} 0 R /Info {self._INFO} 0 R >>"
        table = (
            f"xref\n0 {self._next}\n0000000000 65535 f \n{entries}trailer\n{trailer}\nstartxref\n{table_at}\n%%EOF\n"
        )
        self._write(table.encode("ascii"))

    def _add_font(self, bold: bool) -> int:
        face = font(bold)
        characters = sorted(character for is_bold, character in self._characters if is_bold == bold)
        by_glyph = dict(zip(face.glyphs("".join(characters)), characters, strict=True))
        subset = face.subset(by_glyph)
        name = f"{_subset_tag(subset)}+{face.name}"
        file = self._add_stream(_compressed(subset), f"/Length1 {len(subset)} ")
        left, bottom, right, top = face.bounds
        descriptor = self._add(
            f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{left} {bottom} {right} {top}] "
            f"/Ascent {top} /Descent {bottom} /CapHeight 729 /ItalicAngle 0 /StemV {160 if bold else 80} "
            f"/FontFile2 {file} 0 R >>"
        )
        widths = " ".join(f"{glyph} [{1000 * face.width_em([glyph]):.0f}]" for glyph in sorted(by_glyph))
        descendant = self._add(
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering "
            f"(Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /CIDToGIDMap /Identity /W [{widths}] >>"
        )
        unicode = self._add_stream(_compressed(_unicode_map(by_glyph)))
        return self._add(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts "
            f"[{descendant} 0 R] /ToUnicode {unicode} 0 R >>"
        )

    def _add_stream(self, compressed: bytes, more: str = "") -> int:
        head = f"<< /Length {len(compressed)} {more}/Filter /FlateDecode >>\nstream\n"
        return self._add_bytes(head.encode("ascii") + compressed + b"\nendstream")

    def _add(self, body: str, number: int | None = None) -> int:
        return self._add_bytes(body.encode("ascii"), number)

    def _add_bytes(self, body: bytes, number: int | None = None) -> int:
        """Write an object, with the next number where none is given; returns its number."""
        if number is None:
            number = self._next
            self._next += 1
        self._offsets[number] = self._size
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._size += len(data)


def _compressed(data: bytes) -> bytes:
    return zlib.compress(data, _COMPRESSION)


def _operators(item: Lines | Areas | Text) -> Iterator[str]:
    if isinstance(item, Text):
        yield _text(item)
        return
    yield "q"
    if item.opacity != 1:
        yield f"/{_opacity_name(item.opacity)} gs"
    if isinstance(item, Areas):
        yield f"{_colour(item.colour)} rg"
        yield f"{_paths(item.points_mm)}f"
    else:
        if item.inside is not None:
            yield " ".join(f"{side * POINTS_PER_MM:.2f}" for side in item.inside) + " re"
            yield "W n"
        if item.dashes_pt:
            yield f"[{' '.join(f'{length:g}' for length in item.dashes_pt)}] 0 d"
        yield f"{_colour(item.colour)} RG {item.width_pt:.3f} w"
        yield f"{_paths(item.points_mm)}S"
    yield "Q"


def _paths(points_mm: Float64Array) -> str:
    """Write lines of shape (lines, points, 2) to a hundredth of a point."""
    lines, points, _ = points_mm.shape
    template = ("%.2f %.2f m\n" + "%.2f %.2f l\n" * (points - 1)) * lines
    text: str = template % tuple((points_mm * POINTS_PER_MM).ravel().tolist())
    return text


def _text(item: Text) -> str:
    face = font(item.bold)
    glyphs = face.glyphs(item.text)
    before = face.width_em(glyphs) * item.size_pt * _ALIGNED[item.align]
    x, y = item.x_mm * POINTS_PER_MM, item.y_mm * POINTS_PER_MM
    x, y, turn = (x, y - before, "0 1 -1 0") if item.upwards else (x - before, y, "1 0 0 1")
    written = "".join(f"{glyph:04x}" for glyph in glyphs)
    set_up = f"/{_FONT_NAMES[item.bold]} {item.size_pt:g} Tf {turn} {x:.2f} {y:.2f} Tm"
    return f"BT\n{_colour(item.colour)} rg {set_up} <{written}> Tj\nET"


def _colour(colour: str) -> str:
    """Write a hexadecimal colour as three numbers from 0 to 1."""
    return " ".join(f"{int(colour[place : place + 2], 16) / 255:.3g}" for place in (1, 3, 5))


def _opacity_name(opacity: float) -> str:
    return f"O{round(100 * opacity)}"


def _references(numbers: Sequence[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)


def _subset_tag(subset: bytes) -> str:
    """Six letters that tell subsets of one font apart, as the standard asks."""
    digest = hashlib.sha256(subset).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _unicode_map(by_glyph: dict[int, str]) -> bytes:
    """Write which character each glyph is, at most a hundred in a section."""
    pairs = [
        f"<{glyph:04x}> <{character.encode('utf-16be', 'replace').hex()}>"
        for glyph, character in sorted(by_glyph.items())
    ]
    sections = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in sections)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")
