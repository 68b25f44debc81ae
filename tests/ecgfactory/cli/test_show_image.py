"""`ecgfactory show RECORD --image N`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ecgfactory.cli.main import app
from ecgfactory.cli.show_image import check_alone, show_images
from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import BadInputError

pytestmark = pytest.mark.slow


def test_one_picture_is_described_and_copied(
    pictured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app(["show", str(pictured), "0", "--image", "1", "--output", str(tmp_path / "out")], standalone_mode=False)
    picture = Dataset(pictured).picture("0", 1)
    shown = capsys.readouterr().out
    page = picture.truth.page
    assert re.search(rf"print +{re.escape(page.layout)} at {page.speed_mm_per_s:g} mm/s", shown)
    assert str(picture.path) in shown
    copies = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert copies == ["00000000_1.json", "00000000_1.png", "00000000_1_mask.png"]
    assert (tmp_path / "out" / "00000000_1.png").read_bytes() == picture.path.read_bytes()
    assert (tmp_path / "out" / "00000000_1_mask.png").read_bytes() == picture.mask_path.read_bytes()
    truth = json.loads((tmp_path / "out" / "00000000_1.json").read_text())
    assert (truth["image"]["file"], truth["mask"]["file"]) == ("00000000_1.png", "00000000_1_mask.png")
    stored = json.loads(picture.truth_path.read_text())
    assert truth["leads"] == stored["leads"]
    assert list(truth) == list(stored)


def test_several_are_rows_and_nothing_is_written_unless_asked(
    pictured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    show_images(pictured, ["0-2"], 0, None, overwrite=False)
    headings, *rows = capsys.readouterr().out.splitlines()
    assert headings.split() == ["record", "picture", "size", "damage", "file"]
    assert [row.split()[0] for row in rows] == ["00000000", "00000001", "00000002"]
    assert not list(tmp_path.iterdir())


def test_pictures_drawn_again_are_held_against_those_that_are_stored(
    pictured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app(["show", str(pictured), "0", "--image", "1", "--again", "--output", str(tmp_path)], standalone_mode=False)
    assert re.search(r"drawn again +the same bytes as stored", capsys.readouterr().out)
    stored = Dataset(pictured).picture("0", 1)
    assert (tmp_path / "00000000_1.png").read_bytes() == stored.path.read_bytes()
    show_images(pictured, ["0-1"], 0, None, overwrite=False, again=True)
    assert capsys.readouterr().out.count("the same bytes as stored") == 2


def test_nothing_is_replaced_or_written_into_the_dataset(pictured: Path, tmp_path: Path) -> None:
    show_images(pictured, ["1"], 0, tmp_path, overwrite=False)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    with pytest.raises(BadInputError, match="is there already; choose another name"):
        show_images(pictured, ["0", "1"], 0, tmp_path, overwrite=False)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    show_images(pictured, ["1"], 0, tmp_path, overwrite=True)
    with pytest.raises(BadInputError, match="is inside the published dataset"):
        show_images(pictured, ["1"], 0, pictured / "pictures", overwrite=True)


def test_what_is_not_there_is_told(pictured: Path, built: Path) -> None:
    with pytest.raises(BadInputError, match="there is no picture 2 of a record; give a number from 0 to 1"):
        show_images(pictured, ["0"], 2, None, overwrite=False)
    with pytest.raises(BadInputError, match="there are no pictures; build with"):
        show_images(built, ["0"], 0, None, overwrite=False)


def test_options_of_pages_are_refused() -> None:
    check_alone(["--image", "--again", "--output", "--overwrite"])
    with pytest.raises(BadInputError, match=r"^--image shows a picture of the dataset; leave out --pdf, --layout\.$"):
        check_alone(["--image", "--pdf", "--layout"])


def test_an_output_folder_is_for_pictures() -> None:
    with pytest.raises(BadInputError, match=r"^--output needs a file to act on; add --image\.$"):
        app(["show", "anywhere", "0", "--output", "out"], standalone_mode=False)
