"""File formats of the signals: one file a format, behind `FormatWriter` (see base.py).

A new format is a file here with a `FormatWriter`, and a line in `FORMATS`. The contract
test then covers it.
"""

FORMATS = {
    "parquet": "ecgfactory.formats.parquet:ParquetWriter",
    "wfdb": "ecgfactory.formats.wfdb:WfdbWriter",
    "csv": "ecgfactory.formats.csv:CsvWriter",
}
"""Where each format's writer lives; imported on first use, so that naming formats costs nothing."""
