"""The truth tells where each sample is, to 0.05 px of what is stored, and what else a picture holds."""

from pathlib import Path

import cv2
import numpy as np
import orjson
import pytest

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.paper.damage.base import Recipe
from ecgfactory.paper.draw import draw_page
from ecgfactory.paper.picture import Picture
from ecgfactory.paper.truth import PictureNames, truth_of
from ecgfactory.paper.truth_file import parsed_truth, read_truth, truth_json
from tests.paper_pictures import aslant, flat, masked
from tests.printed_ecgs import printed, spikes_uv

SIGNAL_UV = np.rint(spikes_uv())


@pytest.mark.parametrize(("speed", "gain", "dpi"), [(25, 10, 100), (50, 20, 200), (25, 5, 150)])
def test_stored_samples_are_where_the_truth_says(speed: int, gain: int, dpi: int) -> None:
    page = printed(SIGNAL_UV, speed_mm_per_s=speed, gain_mm_per_mv=gain, dpi=dpi, layout="6x2+II")
    _, truth = masked(page, TWELVE_LEADS, *flat(page))
    px_per_mm = dpi / 25.4
    for piece in truth.leads:
        stored_uv = SIGNAL_UV[TWELVE_LEADS.index(piece.lead), piece.first_sample : piece.last_sample + 1]
        above_px = (stored_uv - piece.baseline_uv) / 1000 * piece.mm_per_mv * px_per_mm
        # The middle of the first pixel is half a pixel from the paper's edge.
        assert np.abs(piece.y_px - (piece.baseline_mm * px_per_mm - 0.5 - above_px)).max() < 0.05
        since_first_px = np.arange(len(stored_uv)) / 500 * piece.mm_per_s * px_per_mm
        assert np.abs(piece.x_px - piece.x_px[0] - since_first_px).max() < 0.05
        shown_uv = SIGNAL_UV[TWELVE_LEADS.index(piece.lead), truth.first_sample : truth.last_sample + 1]
        assert piece.baseline_uv == np.median(shown_uv)
    # Time is one for all rows and columns.
    begins_px = [piece.x_px[0] - piece.first_sample / 500 * piece.mm_per_s * px_per_mm for piece in truth.leads]
    assert np.ptp(begins_px) < 0.05
    assert truth.page.gain_mm_per_mv <= gain == truth.page.asked_gain_mm_per_mv


@pytest.mark.parametrize("bend_px", [0.0, 6.0])
def test_samples_lead_into_the_picture_by_the_formulas(bend_px: float) -> None:
    signal_uv = SIGNAL_UV.copy()
    signal_uv[:, :30] = np.nan
    page = printed(signal_uv, first_sample=700)
    _, truth = masked(page, TWELVE_LEADS, *aslant(page, bend_px))
    for piece in truth.leads:
        samples = np.arange(piece.first_sample, piece.last_sample + 1)
        uv = signal_uv[TWELVE_LEADS.index(piece.lead), samples - 700]
        x_mm = piece.first_x_mm + (samples - piece.first_sample) / truth.sampling_rate_hz * piece.mm_per_s
        y_mm = piece.baseline_mm - (uv - piece.baseline_uv) / 1000 * piece.mm_per_mv
        told_px = truth.page_map.to_picture(np.column_stack([x_mm, y_mm]))
        np.testing.assert_allclose(told_px[~np.isnan(uv)], piece.points_px[~np.isnan(uv)], rtol=0, atol=0.02)


def test_ink_of_the_picture_is_at_the_truth() -> None:
    slow_uv = 400 * np.sin(np.arange(5000) / 400)[np.newaxis] * np.ones((12, 1))
    page = printed(slow_uv, dpi=200, layout="3x4", colour="none", labels=False, pulse="none", separators=False)
    pixels = draw_page(page)
    _, truth = masked(page, TWELVE_LEADS, *flat(page))
    darkness = pixels.max() - pixels.astype(float).mean(axis=2)
    for piece in truth.leads:
        left, top, right, bottom = np.rint(piece.box_px or ()).astype(int)
        columns = np.arange(left + 4, right - 4)
        ink = darkness[top - 3 : bottom + 4, columns]
        ink = np.where(ink > 30, ink, 0)
        rows = (np.arange(top - 3, bottom + 4)[:, np.newaxis] * ink).sum(axis=0) / ink.sum(axis=0)
        beside_px = rows - np.interp(columns, piece.x_px, piece.y_px)
        assert abs(beside_px.mean()) < 0.05
        assert np.sqrt((beside_px**2).mean()) < 0.15


@pytest.mark.parametrize("bend_px", [None, 0.0, 6.0])
@pytest.mark.parametrize("layout", ["3x4+II", "12x1"])
def test_boxes_hold_their_trace_and_no_other(layout: str, bend_px: float | None) -> None:
    page = printed(SIGNAL_UV, layout=layout)
    mask, truth = masked(page, TWELVE_LEADS, *(flat(page) if bend_px is None else aslant(page, bend_px)))
    for piece in truth.leads:
        outline_px = piece.outline_px.astype(np.float32)
        for other in truth.leads:
            points = other.points_px[::5].astype(np.float32)
            inside = [cv2.pointPolygonTest(outline_px, point.tolist(), False) > 0 for point in points]
            assert all(inside) if other is piece else not any(inside)
        left, top, right, bottom = np.array(piece.box_px)
        assert (piece.points_px > (left, top)).all() and (piece.points_px < (right, bottom)).all()
        rows, columns = np.nonzero(mask[int(top) : int(bottom) + 2, int(left) : int(right) + 2])
        assert rows.size and columns.size
    if bend_px != 6.0:
        assert all(np.array_equal(piece.outline_px, piece.corners_px) for piece in truth.leads)


def test_missing_and_clipped_samples_are_told() -> None:
    signal_uv = SIGNAL_UV.copy()
    signal_uv[0, :3] = signal_uv[0, 100:111] = np.nan
    page = printed(signal_uv, layout="12x1", first_sample=2000)
    page.traces[0].clipped[50] = True
    _, truth = masked(page, TWELVE_LEADS, *flat(page))
    piece = truth.leads[0]
    assert piece.missing == [(2000, 2002), (2100, 2110)]
    assert piece.clipped == [(2050, 2050)]
    assert np.flatnonzero(np.isnan(piece.y_px)).tolist() == [0, 1, 2, *range(100, 111)]
    assert piece.is_known.sum() == len(piece.x_px) - 15
    assert truth.first_sample == 2000


def test_what_lies_outside_the_picture_has_no_box() -> None:
    page = printed(SIGNAL_UV)
    page_map, width_px, height_px = flat(page)
    _, truth = masked(page, TWELVE_LEADS, page_map, width_px // 2, height_px)
    by_column = {piece.column: piece.box_px for piece in truth.leads if not piece.is_rhythm}
    assert by_column[3] is None
    assert by_column[0] is not None
    rhythm = next(piece for piece in truth.leads if piece.is_rhythm)
    assert rhythm.box_px is not None and rhythm.box_px[2] == width_px // 2 - 0.5


def test_the_file_is_read_as_written(tmp_path: Path) -> None:
    page = printed(SIGNAL_UV, damage="none")
    page_map, width_px, height_px = aslant(page, 4.0)
    mask = np.zeros((height_px, width_px), dtype=np.uint8)
    picture = Picture(np.zeros((1, 1, 3), np.uint8), mask, page, page_map, Recipe(), TWELVE_LEADS, 500.0)
    path = tmp_path / "00000012.json"
    path.write_bytes(truth_json(truth_of(picture, PictureNames("00000012", 1, "a.png", "b.png"))))
    truth = read_truth(path)
    assert (truth.record_id, truth.picture, truth.image.file, truth.mask.file) == ("00000012", 1, "a.png", "b.png")
    for piece, trace in zip(truth.leads, page.traces, strict=True):
        assert np.abs(truth.page_map.to_picture(trace.points_mm) - piece.points_px).max() < 0.011
    document = orjson.loads(path.read_bytes())
    assert [step["step"] for step in document["damage"]["steps"]] == ["view"]
    grid = document["grid"]
    assert grid["vertical"]["is_major"][:6] == [True, False, False, False, False, True]
    ends_mm = np.array([(grid["vertical"]["x_mm"][3], grid["box_mm"][side]) for side in (1, 3)])
    assert np.abs(page_map.to_picture(ends_mm) - grid["vertical"]["ends_px"][3]).max() < 0.02
    assert [text["text"] for text in document["texts"]] == [text.text for text in page.texts]
    assert [(text.text, text.role) for text in truth.texts] == [(text.text, text.role) for text in page.texts]
    assert truth.grid is not None
    assert truth.grid.vertical.ends_px[3].tolist() == grid["vertical"]["ends_px"][3]
    assert [pulse.points_px.shape for pulse in truth.pulses] == [(6, 2)] * len(page.pulses)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (("map", "homography"), [[1, 0, 0]], "homography of three rows"),
        (("map", "displacement"), {"step_mm": 5, "x_px": [[1, 2]], "y_px": [[1, 2]]}, "two rows"),
        (("leads", 0, "x_px"), [1.0], "a point of lead I for each sample"),
        (("grid", "horizontal", "y_mm"), [1.0], "a place and two ends of each line"),
        (("leads", 0, "y_px"), "no", "must be numbers"),
        (("leads", 0, "lead"), "V9", "a value of the mask for lead V9"),
        (("mask", "values", "II"), 10, "one thing by each value"),
        (("image", "width_px"), 0, "image.width_px"),
        (("version",), 2, "version"),
    ],
)
def test_what_is_no_truth_is_refused(key: tuple[str | int, ...], value: object, said: str) -> None:
    page = printed(SIGNAL_UV)
    page_map, width_px, height_px = flat(page)
    mask = np.zeros((height_px, width_px), dtype=np.uint8)
    picture = Picture(np.zeros((1, 1, 3), np.uint8), mask, page, page_map, Recipe(), TWELVE_LEADS, 500.0)
    document = orjson.loads(truth_json(truth_of(picture)))
    part = document
    for step in key[:-1]:
        part = part[step]
    part[key[-1]] = value
    with pytest.raises(ValueError, match=said):
        parsed_truth(orjson.dumps(document))


@pytest.mark.parametrize(
    ("leads", "asked", "drawn"),
    [(12, "3x4+II", "3x4+II"), (8, "3x4+II+V1", "4x2+II+V1"), (3, "3x4+II", "3x1"), (2, "12x1+V9", "2x1")],
)
def test_the_layout_is_told_as_it_is_drawn_and_as_it_was_asked_for(leads: int, asked: str, drawn: str) -> None:
    names = TWELVE_LEADS if leads == 12 else EIGHT_LEADS[:leads]
    page = printed(SIGNAL_UV[:leads], lead_names=names, layout=asked)
    _, truth = masked(page, names, *flat(page))
    assert (truth.page.layout, truth.page.asked_layout) == (drawn, asked)


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "00000012.json"
    path.write_bytes(b"{")
    with pytest.raises(ValueError, match=r"00000012\.json is no JSON"):
        read_truth(path)
