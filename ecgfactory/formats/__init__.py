"""File formats of the signals: one file a format, behind `FormatWriter` (see base.py).

A new format is a file here with a `FormatWriter`, and a line in `FORMATS`. The contract
test then covers it.
"""

FORMATS = {
    "parquet": "ecgfactory.formats.parquet:ParquetWriter",
    "wfdb": "ecgfactory.formats.wfdb:WfdbWriter",
    "csv": "ecgfactory.formats.csv:CsvWriter",
    "wfdb_flac": "ecgfactory.formats.wfdb_flac:WfdbFlacWriter",
    "edf": "ecgfactory.formats.edf:EdfWriter",
    "npy": "ecgfactory.formats.npy:NpyWriter",
    "webdataset": "ecgfactory.formats.webdataset:WebDatasetWriter",
}
"""Where each format's writer lives; imported on first use, so that naming formats costs nothing."""
