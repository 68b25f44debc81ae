"""Pictures in Croissant metadata: sets of files, and record sets of pictures, masks and boxes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ecgfactory.paper.encode import MEDIA_TYPES
from ecgfactory.pictures.paths import IMAGES_FOLDER, coco_file
from ecgfactory.request.plan import Plan

_PICTURES, _MASKS = "picture-files", "mask-files"


def picture_sets(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield a set of files for each kind of file that there is of every picture."""
    if plan.pictures is None:
        return
    encoding = plan.pictures.encoding
    kinds = {
        _PICTURES: ("images", encoding.suffix, MEDIA_TYPES[encoding.kind]),
        "truth-files": ("images", ".json", "application/json"),
        _MASKS: ("masks", ".png", MEDIA_TYPES["png"]),
        "label-files": ("labels", ".txt", "text/plain"),
    }
    for name, (folder, suffix, media_type) in kinds.items():
        yield {
            "@type": "cr:FileSet",
            "@id": name,
            "name": name,
            "encodingFormat": media_type,
            "includes": f"{IMAGES_FOLDER}/*/{folder}/*/*{suffix}",
        }


def picture_record_sets(dataset: Path, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield pictures and masks, each with its file's name, and the boxes of each split."""
    if plan.pictures is None:
        return
    yield _of_files("pictures", _PICTURES, "The picture: red, green and blue.")
    yield _of_files("masks", _MASKS, "What each pixel shows; README.md names the values.")
    for split in plan.request.splits:
        if (dataset / coco_file(split)).is_file():
            yield _boxes(split)


def _of_files(name: str, file_set: str, says: str) -> dict[str, Any]:
    def field(column: str, data_type: str, description: str, file_property: str) -> dict[str, Any]:
        return {
            "@type": "cr:Field",
            "@id": f"{name}/{column}",
            "name": column,
            "description": description,
            "dataType": data_type,
            "source": {"fileSet": {"@id": file_set}, "extract": {"fileProperty": file_property}},
        }

    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "key": {"@id": f"{name}/path"},
        "field": [
            field("path", "sc:Text", "Its path below the dataset.", "fullpath"),
            field("image", "sc:ImageObject", says, "content"),
        ],
    }


def _boxes(split: str) -> dict[str, Any]:
    name = f"boxes_{split}"
    columns = {
        "image_id": ("cr:Int64", "Number of the picture, by which `images` of the file names it."),
        "category_id": ("cr:Int64", "What is in the box, which `categories` of the file names."),
        "bbox": ("cr:BoundingBox", "Left, top, width and height in pixels from the picture's upper left edge."),
    }
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": column,
                "description": description,
                "dataType": data_type,
                "source": {
                    "fileObject": {"@id": coco_file(split)},
                    "extract": {"jsonPath": f"$.annotations[*].{column}"},
                },
            }
            for column, (data_type, description) in columns.items()
        ],
    }
