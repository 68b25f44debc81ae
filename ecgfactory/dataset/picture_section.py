"""What the dataset card says of pictures: what was drawn, which file holds what, every key, and how to load them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.dataset.markdown import plain
from ecgfactory.paper.damage import DAMAGE
from ecgfactory.paper.mask_values import mask_values
from ecgfactory.paper.truth_keys import TRUTH_KEYS
from ecgfactory.pictures.boxes import kinds_of
from ecgfactory.pictures.paths import IMAGES_FILE, IMAGES_FOLDER, YOLO_FILE, coco_file, metadata_file
from ecgfactory.request.images import ImagesRequest
from ecgfactory.request.plan import Plan

IMAGE_COLUMNS = {
    "record_id": "The record that is shown.",
    "picture": "Number of the picture among those of its record, from 0.",
    "split": "train, validation or test: that of the record.",
    "image_path": "Path of the picture.",
    "mask_path": "Path of its mask.",
    "truth_path": "Path of the JSON file with all that is known of it.",
    "label_path": "Path of its boxes, as YOLO takes them.",
    "width_px": "Width of the picture.",
    "height_px": "Height of the picture.",
    "dpi": "Pixels per inch of the page before damage.",
    "layout": "Rows x columns of leads, and leads below them for the whole time, as drawn.",
    "asked_layout": "What was drawn for it, as for twelve leads; others take rows and columns of their own.",
    "size": "Of the paper.",
    "colour": "Of the grid; none is paper without one.",
    "speed_mm_per_s": "Width of 1 s on paper.",
    "gain_mm_per_mv": "Height of 1 mV on paper.",
    "asked_gain_mm_per_mv": "What was asked for; a smaller gain was taken where rows would have touched.",
    "font": "What text is printed in.",
    "line_mm": "Width of the traces.",
    "damage": "What happened to the page.",
    "first_sample": "First sample of the record that is shown, from 0.",
    "last_sample": "Last sample that is shown.",
    "boxes": "Boxes of leads, of their names (lead_name), of other text and of pulses: name; left, top, right and "
    "bottom, and the corners of an outline, as x and y in turn, in pixels of which the middle of the upper left one is "
    "(0, 0).",
}
"""What the columns of images.parquet say."""

_SHOWN = (
    "What is drawn is exactly what is stored: every sample of a trace lies where its value puts it, by the truth's map "
    "from page to picture. Patients in headers are invented."
)

_CONVENTIONS = (
    "Places in a picture are in pixels, to the right and down, and (0, 0) is the middle of its upper left pixel. COCO "
    "and YOLO count from the picture's upper left edge, half a pixel before. Places on a page are in mm from the upper "
    "left corner of the paper. `map` in the truth leads from a page to its picture.",
    "From samples to pixels: a sample of a piece in `leads`, whose stored value is uv, is on the page at "
    "`x_mm = first_x_mm + (sample - first_sample) / sampling_rate_hz * mm_per_s` and "
    "`y_mm = baseline_mm - (uv - baseline_uv) / 1000 * mm_per_mv`; `map` leads from there to `x_px` and `y_px`. And "
    "back: the inverse of `map`, `page_map.to_page` of the truth that `ecgfactory` reads, gives x_mm and y_mm, and "
    "the formulas sample and value. An example above does both.",
    "Masks are palette PNG files: read the values, not the colours. A mask tells what was printed there, also where "
    "damage has hidden it: under stains and in holes, and where the printer left dots out. Only beyond torn edges, and "
    "where a fax has lost the grid, is there nothing.",
    "Pictures are in the form of Hugging Face's `imagefolder`: `metadata.parquet` of a split names each picture, "
    "`file_name`, and its mask, `mask_file_name`. Signals and pictures can't be two configurations of one dataset "
    "there, as one builder reads all of these; name the folder of pictures, as the example above does.",
)

_LOADING = {
    "Pictures for PyTorch": """\
import ecgfactory as ef
from torch.utils.data import DataLoader

pictures = ef.open_dataset(".").torch_pictures(split="$split")
for batch in DataLoader(pictures, batch_size=4, shuffle=True, collate_fn=list):    # sizes differ: lists of samples
    for sample in batch:
        picture, mask = sample["picture"], sample["mask"]    # uint8: (3, height, width), (height, width)
        signal_mv = sample["signal"]                         # (leads, samples): the stretch that the page shows
        lead = sample["truth"].leads[0]                      # a piece of a lead: .lead, .box_px, .points_px, ...
        first = lead.first_sample - sample["first_sample"]   # its first sample in signal_mv
""",
    "Pictures and their truth with pandas": """\
import json
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

images = pd.read_parquet("images.parquet")            # one row per picture: its files, how it was printed, its boxes
picture = np.array(Image.open(images.image_path[0]).convert("RGB"))
mask = np.array(Image.open(images.mask_path[0]))      # a value of each pixel
truth = json.loads(Path(images.truth_path[0]).read_text())
lead = truth["leads"][0]
is_lead = mask == truth["mask"]["values"][lead["lead"]]
trace_px = np.column_stack([lead["x_px"], lead["y_px"]]).astype(float)    # one point per sample
""",
    "From samples to pixels and back": """\
import json
from pathlib import Path

import numpy as np
import pandas as pd

import ecgfactory as ef

def to_picture(truth, x_mm, y_mm):                    # the truth's map, by NumPy alone; truth is the JSON
    u, v, w = np.array(truth["map"]["homography"]) @ [x_mm, y_mm, np.ones_like(x_mm)]
    bent = truth["map"]["displacement"]
    if bent is None:
        return u / w, v / w
    nodes = np.array([bent["x_px"], bent["y_px"]])    # bilinear between nodes
    column, right = np.divmod(x_mm / bent["step_mm"], 1)
    row, down = np.divmod(y_mm / bent["step_mm"], 1)
    i, j = row.astype(int), column.astype(int)
    upper = nodes[:, i, j] * (1 - right) + nodes[:, i, j + 1] * right
    lower = nodes[:, i + 1, j] * (1 - right) + nodes[:, i + 1, j + 1] * right
    return [u / w, v / w] + upper * (1 - down) + lower * down

images = pd.read_parquet("images.parquet")
truth = json.loads(Path(images.truth_path[0]).read_text())
lead, rate_hz = truth["leads"][0], truth["sampling_rate_hz"]
first, last = lead["first_sample"], lead["last_sample"]
dataset = ef.open_dataset(".")
uv = dataset[images.record_id[0]].lead(lead["lead"])[first : last + 1].astype(float)
x_mm = lead["first_x_mm"] + np.arange(last - first + 1) / rate_hz * lead["mm_per_s"]
y_mm = lead["baseline_mm"] - (uv - lead["baseline_uv"]) / 1000 * lead["mm_per_mv"]
x_px, y_px = to_picture(truth, x_mm, y_mm)            # what lead["x_px"] and lead["y_px"] tell

told = dataset.picture_at(0).truth                    # the same file, with types, and its map both ways
piece = told.leads[0]
known = piece.is_known                                # neither missing nor clipped
on_page_mm = told.page_map.to_page(piece.points_px[known])
back_uv = piece.baseline_uv + (piece.baseline_mm - on_page_mm[:, 1]) / piece.mm_per_mv * 1000
""",
    "Boxes of pictures in COCO's form": """\
import json
from pathlib import Path

coco = json.loads(Path("$coco").read_text())
names = {category["id"]: category["name"] for category in coco["categories"]}
first = coco["images"][0]                             # its file_name is a path below images/
boxes = [(names[box["category_id"]], box["bbox"]) for box in coco["annotations"] if box["image_id"] == first["id"]]
""",
    "Pictures with Hugging Face datasets": """\
from pathlib import Path

import numpy as np
from datasets import load_dataset

pictures = load_dataset("imagefolder", data_dir=str(Path.cwd() / "images"), split="$split")
picture, mask = np.array(pictures[0]["image"]), np.array(pictures[0]["mask"])
""",
}


def picture_loading(plan: Plan) -> Mapping[str, str]:
    """Return how to load pictures: a title, and Python that runs in the dataset's folder."""
    return _LOADING if plan.pictures else {}


def picture_section(dataset: Path, plan: Plan) -> str:
    """Return the section on pictures, with the empty line that follows; nothing where there are none."""
    if plan.pictures is None:
        return ""
    columns = ["record_id", "image_path", *(column for column, _ in _PROPERTIES.values())]
    images = pq.read_table(dataset / IMAGES_FILE, columns=list(dict.fromkeys(columns)))
    number, example = images.num_rows, images.slice(0, 1).to_pylist()[0]
    return f"""\
## Pictures

![Picture of record {example["record_id"]}]({example["image_path"]})

{_fill(f"{number:,} pictures, {plan.pictures.per_record} of each record. {_SHOWN}")}

| | asked for | drawn |
|---|---|---|
{"".join(_property_rows(plan.pictures, images))}{"".join(_printed_rows(plan.pictures))}
{"".join(_damage_lines(images))}
| file | what it is |
|---|---|
{"".join(f"| `{path}` | {says} |{chr(10)}" for path, says in _files(plan.pictures, example["image_path"]))}
{(2 * chr(10)).join(map(_fill, _CONVENTIONS))}

{_fill(_values(plan))}

{_table("column of `images.parquet`", IMAGE_COLUMNS)}
Keys of the JSON file of a picture; `[]` stands for each element of a list, a stretch of samples is [first, last]:

{_table("key", TRUTH_KEYS)}
"""


_PROPERTIES = {
    "Layout": ("asked_layout", "layouts"),
    "Speed, mm/s": ("speed_mm_per_s", "speeds"),
    "Gain, mm/mV": ("gain_mm_per_mv", "gains"),
    "Paper": ("size", "sizes"),
    "Grid": ("colour", "colours"),
    "Font": ("font", "fonts"),
    "Resolution, dpi": ("dpi", "dpi"),
    "Damage": ("damage", "damage"),
}
"""What styles are drawn from: the column of images.parquet, and the attribute of `Variety`."""


def _property_rows(asked: ImagesRequest, images: pa.Table) -> Iterator[str]:
    """Yield what each property was to be and what it is, in shares."""
    for title, (column, attribute) in _PROPERTIES.items():
        wanted = getattr(asked.variety, attribute)
        counted = {one["values"]: one["counts"] for one in pc.value_counts(images.column(column)).to_pylist()}
        if isinstance(wanted, tuple):
            drawn = f"{min(counted)} to {max(counted)}" if counted else ""
            yield f"| {title} | {wanted[0]} to {wanted[1]} | {drawn} |\n"
        else:
            # Gains that nobody asked for were drawn where rows would have touched.
            found = {name: counted.pop(name, 0) for name in wanted} | counted
            yield f"| {title} | {_shares(wanted)} | {_shares(found)} |\n"


def _printed_rows(asked: ImagesRequest) -> Iterator[str]:
    """Yield what was to be printed, and stands in each picture's truth alone."""
    variety = asked.variety
    yield f"| Line, mm | {variety.line_mm[0]:g} to {variety.line_mm[1]:g} | |\n"
    yield f"| Pulse | {_shares(variety.pulses)} | |\n"
    for title, share in (
        ("Names of leads", variety.labels),
        ("Header", variety.header),
        ("Separators", variety.separators),
    ):
        yield f"| {title} | {100 * share:.3g} % | |\n"


def _shares(weights: Mapping[Any, float]) -> str:
    total = sum(weights.values()) or 1
    names = (f"{name:g}" if isinstance(name, float) else f"{name}" for name in weights)
    return ", ".join(
        f"{plain(name)} {100 * weight / total:.3g} %" for name, weight in zip(names, weights.values(), strict=True)
    )


def _damage_lines(images: pa.Table) -> Iterator[str]:
    for name in sorted(pc.unique(images.column("damage")).to_pylist()):
        yield f"- `{name}`: {plain(DAMAGE[name].title)}.\n"


def _files(asked: ImagesRequest, example: str) -> Iterator[tuple[str, str]]:
    """Yield the files of pictures, with one picture as the example, and what they are."""
    stem = example.rpartition(".")[0]
    split = example.split("/")[1]
    below = f"{IMAGES_FOLDER}/{split}/images/"
    yield example, f"a picture ({asked.file}); the names of files are ids of records{_and_number(asked)}"
    yield f"{stem}.json", "all that is known of it"
    yield f"{stem.replace(below, f'{IMAGES_FOLDER}/{split}/masks/')}.png", "its mask: what each pixel shows"
    yield f"{stem.replace(below, f'{IMAGES_FOLDER}/{split}/labels/')}.txt", "its boxes, as YOLO takes them"
    yield metadata_file(split), "the pictures of a split, for Hugging Face's `imagefolder`"
    yield coco_file(split), "boxes and outlines of a split, in COCO's form"
    yield YOLO_FILE, "folders and classes, for YOLO"
    yield IMAGES_FILE, "one row per picture"


def _and_number(asked: ImagesRequest) -> str:
    return " and numbers of pictures" if asked.per_record > 1 else ""


def _values(plan: Plan) -> str:
    values = ", ".join(f"{value} {name}" for name, value in mask_values(plan.lead_names).items())
    classes = ", ".join(f"{number} {name}" for number, name in enumerate(kinds_of(plan.lead_names)))
    return f"Values of masks: {values}. Classes of YOLO: {classes}; of COCO one more each."


def _table(title: str, meanings: Mapping[str, str]) -> str:
    rows = "".join(f"| `{name}` | {plain(says)} |\n" for name, says in meanings.items())
    return f"| {title} | what it says |\n|---|---|\n{rows}"


def _fill(text: str) -> str:
    return textwrap.fill(text, 120, break_on_hyphens=False, break_long_words=False)
