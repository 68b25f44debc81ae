"""Where something is printed on a page."""

from __future__ import annotations

import numpy as np

from ecgfactory.paper.page import Box, Page, box_around


def printed_boxes(page: Page) -> list[Box]:
    """Return what holds the traces, pulses and texts of a page, each by itself."""
    lines = [*(trace.points_mm for trace in page.traces), *(pulse.points_mm for pulse in page.pulses)]
    known = [line for line in lines if np.isfinite(line).all(axis=1).any()]
    return [*(box_around(line, page.style.line_mm) for line in known), *(text.box_mm for text in page.texts)]
