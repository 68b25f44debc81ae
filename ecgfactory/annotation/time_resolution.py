"""The note in a WFDB annotation file that says at which rate its samples are counted, as `wfdb.wrann` writes it.

With it, the file is understood without the record's header, and beside a record of several samples per frame, whose
header states the rate of frames.
"""

from __future__ import annotations

import struct

_NOTE, _AUX = 22 << 10, 63 << 10
"""Words of a note at the first sample, and of so many bytes of text, which follow."""


def encode_time_resolution(rate_hz: float) -> bytes:
    """Encode the note, which comes before all marks."""
    rate = int(rate_hz) if rate_hz == int(rate_hz) else rate_hz
    text = f"## time resolution: {rate}".encode("ascii")
    return struct.pack("<HH", _NOTE, _AUX | len(text)) + text + bytes(len(text) % 2)
