"""Boxes, samples and ink of traces whose truth is written here."""

from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.pictures.places import count_boxes, ink_errors_px, on_own_value, sample_errors_px

VALUES = {"I": 10, "II": 11}
DPI, HIGH_PX, LINE_MM = 254, 20, 0.3


def lead(name: str, baseline_px: float, stored_uv: Any) -> dict[str, Any]:
    """Write a trace at 10 px/mm, 25 mm/s and 10 mm/mV, of 500 Hz, 20 px high."""
    x_px = 30 + np.arange(len(stored_uv)) * 0.5
    left, right = float(x_px[0]), float(x_px[-1])
    box = [left, baseline_px - HIGH_PX, right, baseline_px + HIGH_PX]
    corners = [(left, box[1]), (right, box[1]), (right, box[3]), (left, box[3])]
    return {
        "lead": name,
        "first_sample": 0,
        "last_sample": len(stored_uv) - 1,
        "mm_per_mv": 10,
        "mm_per_s": 25,
        "baseline_uv": 0.0,
        "baseline_px": [[left - LINE_MM * 5, baseline_px], [right + LINE_MM * 5, baseline_px]],
        "clipped": [],
        "box_px": box,
        "outline_px": corners,
        "x_px": x_px.tolist(),
        "y_px": (baseline_px - np.asarray(stored_uv) / 10).tolist(),
    }


def truth(*leads: dict[str, Any]) -> dict[str, Any]:
    """Write a truth of such traces."""
    return {
        "image": {"dpi": DPI},
        "page": {"line_mm": LINE_MM},
        "sampling_rate_hz": 500,
        "lead_names": ["I", "II"],
        "leads": leads,
    }


SIGNAL_UV = np.rint(150 * np.sin(np.arange(800) / np.array([[90.0], [130.0]]))).astype(np.int16)


def test_apart_every_box_holds_its_trace_alone() -> None:
    counts = count_boxes([lead("I", 50, SIGNAL_UV[0]), lead("II", 150, SIGNAL_UV[1])])
    assert (counts.traces, counts.left_outline, counts.left_box) == (2, 0, 0)
    assert (counts.shared_outlines, counts.shared_boxes) == (0, 0)


def test_one_within_the_others_box_is_counted_for_both() -> None:
    counts = count_boxes([lead("I", 50, SIGNAL_UV[0]), lead("II", 65, SIGNAL_UV[1])])
    assert counts.shared_outlines == counts.shared_boxes == 2


def test_a_point_beyond_its_box_is_counted() -> None:
    high = SIGNAL_UV[0].copy()
    high[100] = 10 * HIGH_PX + 5
    counts = count_boxes([lead("I", 50, high)])
    assert counts.left_outline == counts.left_box == 1


def test_samples_belong_where_they_are_told_and_a_shift_is_seen() -> None:
    right = truth(lead("I", 50, SIGNAL_UV[0]), lead("II", 150, SIGNAL_UV[1]))
    assert sample_errors_px(right, SIGNAL_UV).max() < 1e-9
    right["leads"][1]["y_px"][7] += 0.2
    assert sample_errors_px(right, SIGNAL_UV).max() == pytest.approx(0.2)


def test_the_mask_tells_leads_apart() -> None:
    traces = lead("I", 50, SIGNAL_UV[0]), lead("II", 150, SIGNAL_UV[1])
    mask = np.zeros((200, 500), np.uint8)
    mask[:100] = VALUES["I"]
    assert on_own_value(traces[0], mask, VALUES["I"]) == (1, 0)
    assert on_own_value(traces[1], mask, VALUES["II"]) == (0, 0)
    mask[:] = VALUES["I"]
    assert on_own_value(traces[1], mask, VALUES["II"]) == (0, 1)


@pytest.mark.parametrize("shift_px", [0.0, 0.25])
def test_the_middle_of_the_ink(shift_px: float) -> None:
    told = truth(lead("I", 50.3, SIGNAL_UV[0]))
    points = np.column_stack([told["leads"][0]["x_px"], np.array(told["leads"][0]["y_px"]) + shift_px])
    pixels = np.full((200, 500, 3), 255, np.uint8)
    cv2.polylines(pixels, [np.rint(points * 2**10).astype(np.int32)], False, (0, 0, 0), 3, cv2.LINE_AA, 10)
    assert np.median(ink_errors_px(told, pixels)) == pytest.approx(shift_px, abs=0.05)
