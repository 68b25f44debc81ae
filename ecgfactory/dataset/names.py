"""Names of the files and folders of a dataset, published or about to be."""

from __future__ import annotations

MANIFEST_FILE = "manifest.json"
SUMS_FILE = "SHA256SUMS.txt"
CARD_FILE = "README.md"
CROISSANT_FILE = "croissant.json"
RECORDS_FILE = "records.parquet"
RECORDS_CSV_FILE = "records.csv"
REJECTED_FILE = "rejected.parquet"
REPORTS_FOLDER = "reports"

LATEST = "latest"
"""Beside the datasets of a name: the link to the newest."""

PIN_FILE = "PIN"
"""Put beside the manifest by a user who wants a dataset left alone by retention; no part of the dataset."""
