"""Files of pictures: what others read in them is what was given."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ecgfactory.paper.encode import Encoding, encode_palette_png, encode_png
from ecgfactory.paper.palette import mask_palette

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def pixels_of(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@given(SIZES, st.integers(72, 600), st.integers(0, 99))
def test_a_png_holds_each_pixel_and_the_resolution(size: tuple[int, int], dpi: int, seed: int) -> None:
    pixels = pixels_of((*size, 3), seed)
    content = encode_png(pixels, dpi)
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "RGB"
        assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)
        assert np.array_equal(np.asarray(image), pixels)
    read = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert read is not None
    assert np.array_equal(read[..., ::-1], pixels)


@given(SIZES, st.integers(0, 99))
def test_a_mask_holds_each_value_and_shows_its_colours(size: tuple[int, int], seed: int) -> None:
    values, palette = pixels_of(size, seed), mask_palette()
    content = encode_palette_png(values, palette, 200)
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), values)
        assert np.array_equal(np.asarray(image.convert("RGB")), palette[values])


def test_parts_of_larger_arrays_are_written_as_they_are() -> None:
    pixels = pixels_of((30, 40, 3))[::2, 5:20]
    with Image.open(io.BytesIO(encode_png(pixels, 200))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_colours_of_leads_differ() -> None:
    colours = mask_palette()[10:34].astype(int)
    apart = np.abs(colours[:, np.newaxis] - colours).sum(axis=2)
    assert apart[np.triu_indices(len(colours), 1)].min() > 20


@pytest.mark.parametrize(("kind", "suffix"), [("jpeg", ".jpg"), ("webp", ".webp")])
def test_lossy_files_are_near_and_smaller_at_lower_quality(kind: str, suffix: str) -> None:
    row = np.linspace(60, 200, 48).astype(np.uint8)
    pixels = np.broadcast_to(row[:, np.newaxis, np.newaxis], (48, 64, 3)) + pixels_of((48, 64, 3)) // 32
    good, poor = Encoding(kind, 95), Encoding(kind, 20)  # type: ignore[arg-type]
    assert good.suffix == suffix
    content = good.encode(pixels, 150)
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == kind.upper()
        assert np.abs(np.asarray(image.convert("RGB")).astype(int) - pixels).mean() < 6
        if kind == "jpeg":
            assert image.info["dpi"] == (150, 150)
    assert len(poor.encode(pixels, 150)) < len(content)
