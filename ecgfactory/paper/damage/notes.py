"""What is written where on a page, drawn for one."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.damage.base import PaperStep
from ecgfactory.paper.damage.highlighter import Highlighter
from ecgfactory.paper.damage.pen import Pen, PenMark, PenNote, Shape
from ecgfactory.paper.damage.printed import printed_boxes
from ecgfactory.paper.page import Box, Page, Trace

_WORDS = (
    "seen", "ok", "copy", "repeat", "at rest", "no pain", "for file", "checked", "ward", "bed", "old", "new", "pre",
    "post", "ask", "compare", "today", "Rev.", "Dr. K", "room", "see notes", "baseline", "supine",
)  # fmt: skip
"""None says what the ECG shows, so that no note contradicts the record's labels."""

_INITIALS = "ABCDEHJKLMNPRSTVW"

_MARKER_COLOURS = ((252, 250, 95), (165, 245, 130), (255, 175, 205), (255, 205, 115))

_BESIDE_MM = 3.0
"""How far from what it is about an arrow ends."""

_TRIES = 12
"""Of a note to find a place where nothing is printed; the last is taken as it is."""


def note(page: Page, pen: Pen, rng: np.random.Generator) -> PenNote:
    """Draw a short note, where nothing is printed if such a place is found soon."""
    size_mm = rng.uniform(3, 6.5)
    text = _text(rng)
    length_mm = 0.85 * size_mm * len(text)
    boxes = np.array(printed_boxes(page))
    for _ in range(_TRIES):
        x = rng.uniform(6, max(7.0, page.width_mm - length_mm - 6))
        y = rng.uniform(size_mm + 6, page.height_mm - 6)
        apart = (boxes[:, 2] < x) | (boxes[:, 0] > x + length_mm) | (boxes[:, 3] < y - size_mm) | (boxes[:, 1] > y)
        if apart.all():
            break
    return PenNote(
        text=text,
        x_mm=round(x, 1),
        y_mm=round(y, 1),
        size_mm=round(size_mm, 2),
        turn=round(rng.normal(0, 3), 2),
        slant=round(rng.uniform(0.0, 0.35), 2),
        colour=pen.colour,
        width_mm=pen.width_mm,
        grain_seed=int(rng.integers(2**31)),
    )


def _text(rng: np.random.Generator) -> str:
    """Invent a word, a time, a date, a number or initials, or two of them."""
    word = _WORDS[int(rng.integers(len(_WORDS)))]
    time = f"{rng.integers(24)}:{rng.integers(60):02d}"
    date = f"{rng.integers(1, 29)}.{rng.integers(1, 13)}."
    initials = "".join(_INITIALS[int(number)] for number in rng.integers(len(_INITIALS), size=2))
    number = str(rng.integers(1, 400))
    return (word, time, f"{word} {time}", f"{date} {initials}", f"{word} {initials}", initials, number, f"{word} ?")[
        int(rng.integers(8))
    ]


def marks(page: Page, pen: Pen, rng: np.random.Generator) -> list[PaperStep]:
    """Draw a mark on a trace or text: around it, below it, beside it, or pointing to it."""
    place = rng.random()
    if page.texts and place < 0.3:
        return [_under_text(page, pen, rng)]
    trace = page.traces[int(rng.integers(len(page.traces)))]
    shape: Shape = ("circle", "circle", "arrow", "underline", "tick", "cross", "bracket")[int(rng.integers(7))]
    return [_mark(shape, _around(trace, shape, rng), pen, rng)]


def _under_text(page: Page, pen: Pen, rng: np.random.Generator) -> PenMark:
    left, top, right, bottom = page.texts[int(rng.integers(len(page.texts)))].box_mm
    height = bottom - top
    if rng.random() < 0.4:
        grow = 1 + rng.uniform(0.1, 0.3) * (right - left), 1 + rng.uniform(0.2, 0.5) * height
        return _mark("circle", Box(left - grow[0], top - grow[1], right + grow[0], bottom + grow[1]), pen, rng)
    below = Box(left - 1, bottom + 0.2, right + rng.uniform(0, 4), bottom + rng.uniform(1.5, 2.5))
    return _mark("underline" if rng.random() < 0.6 else "double underline", below, pen, rng)


def _around(trace: Trace, shape: Shape, rng: np.random.Generator) -> Box:
    """Return the box of a mark on a place of a trace."""
    known = trace.points_mm[np.isfinite(trace.points_mm).all(axis=1)]
    x, y = known[int(rng.integers(len(known)))] if len(known) else (trace.points_mm[0, 0], trace.baseline_mm)
    x, y = np.nan_to_num([x, y], nan=trace.baseline_mm)
    width, height = rng.uniform(8, 35), rng.uniform(8, 22)
    if shape == "circle":
        return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    if shape == "underline":
        return Box(x - width / 2, y + 4, x + width / 2, y + 6)
    if shape == "arrow":
        side, way = rng.choice([-1, 1], 2)
        return Box(
            x + side * (_BESIDE_MM + 1.2 * height),
            y + way * (_BESIDE_MM + height),
            x + side * _BESIDE_MM,
            y + way * _BESIDE_MM,
        )
    if shape == "bracket":
        return Box(x, y - height / 2, x + rng.choice([-1, 1]) * rng.uniform(3, 5), y + height / 2)
    size = rng.uniform(5, 10)
    return Box(x - size / 2, y - size - 2, x + size / 2, y - 2)


def _mark(shape: Shape, box: Box, pen: Pen, rng: np.random.Generator) -> PenMark:
    left, top, right, bottom = (round(float(edge), 1) for edge in box)
    return PenMark(shape, (left, top, right, bottom), pen.colour, pen.width_mm, int(rng.integers(2**31)))


def stripe(page: Page, rng: np.random.Generator) -> Highlighter:
    """Draw a stripe of a highlighter over a text, or over part of a trace."""
    width_mm = rng.uniform(3.5, 5.5)
    if page.texts and rng.random() < 0.7:
        left, top, right, bottom = page.texts[int(rng.integers(len(page.texts)))].box_mm
        x, y, length = left - rng.uniform(0, 2), (top + bottom) / 2, right - left + rng.uniform(1, 5)
    else:
        trace = page.traces[int(rng.integers(len(page.traces)))]
        x, y, length = float(np.nan_to_num(trace.points_mm[0, 0], nan=20.0)), trace.baseline_mm, rng.uniform(15, 60)
    return Highlighter(
        x_mm=round(x, 1),
        y_mm=round(y, 1),
        length_mm=round(length, 1),
        rise_mm=round(rng.normal(0, 0.01) * length, 2),
        width_mm=round(width_mm, 1),
        colour=_MARKER_COLOURS[int(rng.integers(len(_MARKER_COLOURS)))],
        grain_seed=int(rng.integers(2**31)),
    )
