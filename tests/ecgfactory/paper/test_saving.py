"""Pictures as files, with mask and truth beside."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ecgfactory.errors import BadInputError
from ecgfactory.paper import PaperStyle, Picture, render
from ecgfactory.paper.truth_file import read_truth


@pytest.fixture(scope="module")
def picture() -> Picture:
    return render(np.sin(np.linspace(0, 60, 3600))[np.newaxis] * 0.5, 360, ["II"], PaperStyle(dpi=72))


def test_three_files_say_the_same(picture: Picture, tmp_path: Path) -> None:
    picture.save(tmp_path / "ecg.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ecg.json", "ecg.png", "ecg_mask.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "ecg.png")), picture.pixels)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "ecg_mask.png")), picture.mask)
    truth = read_truth(tmp_path / "ecg.json")
    assert (truth.image.file, truth.mask.file) == ("ecg.png", "ecg_mask.png")
    assert truth.leads[0].lead == "II"
    assert truth.sampling_rate_hz == 360


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp", ".PNG"])
def test_the_suffix_says_the_format(picture: Picture, tmp_path: Path, suffix: str) -> None:
    picture.save(tmp_path / f"ecg{suffix}", quality=95)
    read = cv2.imread(str(tmp_path / f"ecg{suffix}"))
    assert read is not None
    assert np.abs(read[..., ::-1].astype(float) - picture.pixels).mean() < 8


def test_what_can_not_be_saved_is_told_and_nothing_is_written(picture: Picture, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"the suffix '\.gif' says no format; end the name in \.png, \.jpg"):
        picture.save(tmp_path / "ecg.gif")
    with pytest.raises(BadInputError, match="the suffix '' says no format"):
        picture.save("")
    for quality in (0, 50.5, "high"):
        with pytest.raises(BadInputError, match=f"quality is {quality!r}; give a whole number from 1 to 100"):
            picture.save(tmp_path / "ecg.jpg", quality=quality)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match=r"ecg\.png: can't be written \(No such file or directory\)"):
        picture.save(tmp_path / "nowhere" / "ecg.png")
    assert not list(tmp_path.iterdir())
    (tmp_path / "ecg.json").write_text("mine")
    with pytest.raises(BadInputError, match=r"ecg\.json: is there already"):
        picture.save(tmp_path / "ecg.png")
    assert [path.name for path in tmp_path.iterdir()] == ["ecg.json"]
    picture.save(tmp_path / "ecg.png", overwrite=True)
    assert (tmp_path / "ecg.json").read_text() != "mine"


def test_a_notebook_shows_it(picture: Picture) -> None:
    shown = cv2.imdecode(np.frombuffer(picture._repr_png_(), dtype=np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    np.testing.assert_array_equal(shown[..., ::-1], picture.pixels)
    assert repr(picture) == "Picture of II: 842 x 595 pixels, 1x1 at 25 mm/s and 10 mm/mV, damage none"
