"""File formats of the signals: one module per format, each a `Format` (see base.py).

A new format is a file here with a `Format`, and a line in `FORMATS`; or a package with an entry point in the group
`ecgfactory.formats`. Its test inherits `ecgfactory.validation.format_contract`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecgfactory.registry import Registry

if TYPE_CHECKING:
    from ecgfactory.formats.base import Format

CLEAN_SUFFIX = "_clean"
"""How the name of a format's clean twin ends, which no format of a package may use; see clean_twin.py."""

IMAGES = "images"
"""What requests name among formats for pictures of printed records, which hold no signals; see `ecgfactory.paper`."""

FORMATS: Registry[type[Format]] = Registry(
    "format",
    "ecgfactory.formats",
    "ecgfactory.formats.base:Format",
    {
        "parquet": "ecgfactory.formats.parquet:ParquetFormat",
        "wfdb": "ecgfactory.formats.wfdb:WfdbFormat",
        "csv": "ecgfactory.formats.csv:CsvFormat",
        "wfdb_flac": "ecgfactory.formats.wfdb_flac:WfdbFlacFormat",
        "edf": "ecgfactory.formats.edf:EdfFormat",
        "npy": "ecgfactory.formats.npy:NpyFormat",
        "webdataset": "ecgfactory.formats.webdataset:WebDatasetFormat",
    },
    taken=(IMAGES,),
    taken_ending=CLEAN_SUFFIX,
)
