"""Boxes and polygons as others take them: from the picture's edge, and inside it."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.paper.page import Box
from ecgfactory.pictures.boxes import PictureBox, boxes_of
from ecgfactory.pictures.yolo import yolo_label

WIDTH_PX, HEIGHT_PX = 100, 60
PLACES = st.floats(-150, 250, allow_nan=False, width=32)


@given(PLACES, PLACES, st.floats(1, 200), st.floats(1, 200), st.floats(-3.2, 3.2))
def test_a_polygon_is_cut_at_the_edges_of_the_picture(x: float, y: float, w: float, h: float, turn: float) -> None:
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    corners = np.array([(-w, -h), (w, -h), (w, h), (-w, h)]) / 2 @ rotation.T + (x, y)
    polygon = PictureBox("II", Box(0, 0, 1, 1), corners.ravel().tolist()).polygon(WIDTH_PX, HEIGHT_PX)
    down, along = np.mgrid[0.25:HEIGHT_PX:0.5, 0.25:WIDTH_PX:0.5]
    of_rectangle = (np.stack([along, down], axis=-1) - (x + 0.5, y + 0.5)) @ rotation
    common = (np.abs(of_rectangle) <= (w / 2, h / 2)).all(axis=-1).sum() / 4
    area = cv2.contourArea(polygon.astype(np.float32)) if len(polygon) else 0.0
    edge = min(2 * (w + h), 2 * (WIDTH_PX + HEIGHT_PX))
    assert abs(area - common) <= edge / 2  # half a step of the grid on either side of it
    assert (polygon > -1e-6).all()
    assert (polygon < np.array([WIDTH_PX, HEIGHT_PX]) + 1e-6).all()


def test_what_is_not_in_the_picture_has_no_box() -> None:
    seen = {"box_px": [-0.5, 4.5, 9.5, 14.5], "corners_px": [[-5, 5], [9, 5], [9, 14], [-5, 14]]}
    out = {"box_px": None, "corners_px": [[-9, 5], [-5, 5], [-5, 14], [-9, 14]]}
    truth = {"leads": [{"lead": "V1", **of, "outline_px": of["corners_px"]} for of in (seen, out)], "texts": [out]}
    (box,) = boxes_of(truth | {"pulses": []})
    assert (box.name, box.from_edge) == ("V1", Box(0, 5, 10, 15))
    assert yolo_label([box], ["II", "V1"], WIDTH_PX, HEIGHT_PX) == "1 0.050000 0.166667 0.100000 0.166667\n"
