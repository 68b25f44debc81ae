"""Names of the files and folders of a dataset, published or about to be."""

from __future__ import annotations

from ecgfactory.pictures.paths import IMAGES_FILE
from ecgfactory.storage.sealed import MANIFEST_FILE, SUMS_FILE

__all__ = [
    "ANNOTATIONS_FILE",
    "ARTEFACTS_FILE",
    "BEATS_FILE",
    "CARD_FILE",
    "COMPARISON_FOLDER",
    "COMPARISON_PAGE",
    "CROISSANT_FILE",
    "IMAGES_FILE",
    "LATEST",
    "MANIFEST_FILE",
    "PIN_FILE",
    "RECORDS_CSV_FILE",
    "RECORDS_FILE",
    "REJECTED_FILE",
    "REPORTS_FOLDER",
    "RHYTHMS_FILE",
    "SUMS_FILE",
    "TOP",
]

CARD_FILE = "README.md"
CROISSANT_FILE = "croissant.json"
RECORDS_FILE = "records.parquet"
RECORDS_CSV_FILE = "records.csv"
REJECTED_FILE = "rejected.parquet"
ANNOTATIONS_FILE = "annotations.parquet"
ARTEFACTS_FILE = "artefacts.parquet"
BEATS_FILE = "beats.parquet"
RHYTHMS_FILE = "rhythms.parquet"
REPORTS_FOLDER = "reports"
COMPARISON_FOLDER, COMPARISON_PAGE = "comparison", "comparison.html"

LATEST = "latest"
"""The link to the newest dataset, beside the datasets of a name."""

PIN_FILE = "PIN"
"""A file that a user puts beside the manifest to keep a dataset from retention; not part of the dataset."""

TOP = (
    *(MANIFEST_FILE, SUMS_FILE, PIN_FILE, CARD_FILE, CROISSANT_FILE, RECORDS_FILE, RECORDS_CSV_FILE, REJECTED_FILE),
    *(ANNOTATIONS_FILE, ARTEFACTS_FILE, BEATS_FILE, RHYTHMS_FILE, IMAGES_FILE, REPORTS_FOLDER, COMPARISON_FOLDER),
)
"""Names of all that is directly in a dataset, but for the folders of signals and pictures."""
