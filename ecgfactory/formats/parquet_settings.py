"""How signals are stored in Parquet: the settings that are small and fast for ECGs.

Measured on generated 12-lead records of 10 s (pyarrow 26, one core, one column per lead):

    PLAIN, zstd 3                    75.5 kB   1.30 ms
    BYTE_STREAM_SPLIT, zstd 3        65.2 kB   0.54 ms
    DELTA_BINARY_PACKED, zstd 3      50.8 kB   0.77 ms
    DELTA_BINARY_PACKED, zstd 1      50.8 kB   0.63 ms
    DELTA_BINARY_PACKED, no codec    50.8 kB   0.58 ms

Packed differences look random to a general codec, so it costs time and saves nothing; the model's signals carry about
5.5 bits per sample in their first differences, so no lossless encoding of single leads goes far below 41 kB. The four
derived leads are a third of it: 8 leads need 34.3 kB and 0.38 ms.

Masks of 12 leads and over all of them, which are runs of four values (to write, and to read):

    PLAIN, zstd                       2.3 kB   0.40 ms   0.65 ms
    DELTA_BINARY_PACKED, zstd         2.8 kB   0.51 ms   0.32 ms
    dictionary, no codec              2.3 kB   0.57 ms   0.28 ms
    dictionary, zstd                  0.5 kB   0.55 ms   0.30 ms
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa


def signal_type(samples: int | None) -> pa.DataType:
    """Return the type of a lead's column: a list of one length, of int16 that are never null; of any with None.

    Readers need no validity levels for samples, which makes reading a quarter faster.
    """
    return _samples_type(pa.int16(), samples)


def mask_type(samples: int | None) -> pa.DataType:
    """Return the type of a mask's column, as `signal_type` does."""
    return _samples_type(pa.uint8(), samples)


def _samples_type(sample: pa.DataType, samples: int | None) -> pa.DataType:
    return pa.list_(pa.field("element", sample, nullable=False), -1 if samples is None else samples)


def writer_options(schema: pa.Schema, lead_names: Sequence[str], mask_names: Sequence[str] = ()) -> dict[str, Any]:
    """Return the settings of `pyarrow.parquet.ParquetWriter` for signals and the columns beside them.

    Parameters
    ----------
    schema : pyarrow.Schema
        All columns.
    lead_names : sequence of str
        Those that are signals, lists of int16.
    mask_names : sequence of str
        Those that are masks, lists of uint8.

    Returns
    -------
    dict
        Differences packed, no codec, dictionary or statistics for signals; a dictionary and zstd for masks; zstd and
        statistics for the rest.
    """
    signals, masks = ([f"{name}.list.element" for name in names] for names in (lead_names, mask_names))
    samples = {*lead_names, *mask_names}
    others = [name for name in schema.names if name not in samples]
    return {
        "column_encoding": dict.fromkeys(signals, "DELTA_BINARY_PACKED"),
        "compression": dict.fromkeys(signals, "NONE") | dict.fromkeys([*masks, *others], "ZSTD"),
        "use_dictionary": masks or False,
        "write_statistics": others,
        "version": "2.6",
    }
