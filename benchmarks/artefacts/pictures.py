"""Pictures of few colours, so that a repository holds no larger files than it must."""

from __future__ import annotations

from pathlib import Path

from matplotlib import pyplot
from matplotlib.figure import Figure
from PIL import Image

COLOURS = 255
"""Lines, areas and paper need no more."""


def save(figure: Figure, path: Path, dpi: float) -> None:
    """Write a figure as PNG, and close it."""
    figure.savefig(path, dpi=dpi, metadata={"Software": None})
    pyplot.close(figure)
    with Image.open(path) as drawn:
        few = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
