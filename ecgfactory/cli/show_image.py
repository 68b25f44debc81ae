"""`ecgfactory show RECORD --image N`: pictures of a dataset, stored or drawn again, with their masks and the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ecgfactory.cli.output import print_files, print_rows, print_table
from ecgfactory.dataset.pictures import StoredPicture
from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import BadInputError
from ecgfactory.paper.saving import PictureFiles
from ecgfactory.paper.truth_file import PictureTruth
from ecgfactory.paper.words import damage_words, paper_words, scale_words
from ecgfactory.report.choice import choose
from ecgfactory.storage.place import Place, last_part

WITH_IMAGE = ("--image", "--again", "--output", "--overwrite")


def check_alone(given: Sequence[str]) -> None:
    """Check that no option is given that says how pages are drawn or written.

    Raises
    ------
    BadInputError
        Naming each.
    """
    if others := [option for option in given if option not in WITH_IMAGE]:
        raise BadInputError(f"--image shows a picture of the dataset; leave out {', '.join(others)}.")


def show_images(
    path: Place, wanted: Sequence[str], number: int, output: Path | None, overwrite: bool, again: bool = False
) -> None:
    """Print what a picture of each record is, and copy it with its mask and its truth into a folder, if one is given.

    Parameters
    ----------
    path : Path or StorePath
        The dataset.
    wanted : sequence of str
        Which records; see `choose`.
    number : int
        Which of a record's pictures, from 0.
    output : Path or None
        The folder; it is made where it is not there.
    overwrite : bool
        Whether files that are there are replaced.
    again : bool
        Whether they are drawn again, and held against what is stored.

    Raises
    ------
    BadInputError
        When there is no such record or picture, or a file can't be written; nothing is written then.
    """
    dataset = Dataset(path)
    picture_of = dataset.picture_again if again else dataset.picture
    pictures = [picture_of(name, number) for name in choose(dataset, wanted).ids]
    copies = [] if output is None else [PictureFiles.at(output / last_part(picture.path)) for picture in pictures]
    for files in copies:
        files.check(overwrite)
    for picture, files in zip(pictures, copies, strict=False):
        files.picture.parent.mkdir(parents=True, exist_ok=True)
        picture.save(files.picture, overwrite=overwrite)
    if len(pictures) == 1:
        print_rows(_describe(pictures[0]))
    else:
        rows = [_row(picture) for picture in pictures]
        print_table(list(rows[0]), [list(row.values()) for row in rows])
    print_files([path for files in copies for path in files])


def _describe(picture: StoredPicture) -> Iterator[tuple[str, str]]:
    truth = picture.truth
    yield "record", picture.record_id
    yield "picture", f"{picture.number}, {_size(truth)} at {truth.image.dpi:g} dpi"
    yield "print", f"{truth.page.layout} at {scale_words(truth.page)} on {paper_words(truth.page)}"
    yield "samples", f"{truth.first_sample} to {truth.last_sample} of leads {', '.join(truth.lead_names)}"
    yield "damage", ", ".join([damage_words(truth), *(step["step"] for step in truth.damage.steps)])
    yield "file", str(picture.path)
    yield "mask", str(picture.mask_path)
    yield "truth", str(picture.truth_path)
    if picture.drawn:
        yield "drawn again", _beside_stored(picture)


def _row(picture: StoredPicture) -> dict[str, str]:
    truth = picture.truth
    printed = f"{truth.page.layout} at {scale_words(truth.page)}"
    row = {"record": picture.record_id, "picture": printed, "size": _size(truth), "damage": damage_words(truth)}
    again = {"drawn again": _beside_stored(picture)} if picture.drawn else {}
    return row | again | {"file": str(picture.path)}


def _beside_stored(picture: StoredPicture) -> str:
    others = ", ".join(path.name for path in picture.stored_otherwise)
    return f"unlike what is stored: {others}" if others else "the same bytes as stored"


def _size(truth: PictureTruth) -> str:
    return f"{truth.image.width_px} x {truth.image.height_px} pixels"
