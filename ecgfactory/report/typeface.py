"""DejaVu Sans, the font of all pages, registered with reportlab when this module is imported.

Its files lie in matplotlib's folder, the same on every machine; matplotlib itself is not imported.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}


def font_name(bold: bool) -> str:
    """Return the name that reportlab knows the regular or the bold font by."""
    return f"ecgfactory {_FILES[bold]}"


def text_width_pt(text: str, size_pt: float, bold: bool = False) -> float:
    """Return how long a line of text is, in points."""
    return pdfmetrics.stringWidth(text, font_name(bold), size_pt)


def _register() -> None:
    package = importlib.util.find_spec("matplotlib")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"
    for bold, file in _FILES.items():
        # Without the optional uharfbuzz, and of each file the glyphs that are used: the same bytes on every machine.
        pdfmetrics.registerFont(TTFont(font_name(bold), str(folder / file), asciiReadable=False, shapable=False))


_register()
