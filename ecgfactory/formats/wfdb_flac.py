"""WFDB with FLAC: a header and two losslessly compressed signal files for each record, format 516.

FLAC has at most 8 channels, so that limb and chest leads are in separate files. Specification: signal(5) of the
WFDB Applications Guide, https://physionet.org/physiotools/wag/signal-5.htm.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import ClassVar

import soundfile

from ecgfactory.formats.wfdb import WfdbFormat
from ecgfactory.formats.wfdb_encoding import encode_header
from ecgfactory.leads import SignalUv

FLAC_RATE_HZ = 96_000
"""The rate that WFDB writes into FLAC for every ECG; the true rate is in the header."""


class WfdbFlacFormat(WfdbFormat):
    """Three files per record: NUMBER.hea, NUMBER_limb.flac and NUMBER_chest.flac."""

    name: ClassVar[str] = "wfdb_flac"
    media_types: ClassVar[Mapping[str, str]] = {
        ".hea": "text/plain",
        "_limb.flac": "audio/flac",
        "_chest.flac": "audio/flac",
    }
    bytes_per_sample: ClassVar[float] = 0.75
    packages: ClassVar[tuple[str, ...]] = ("wfdb", "soundfile")
    loading: ClassVar[Mapping[str, str]] = {
        "WFDB with FLAC": """\
import wfdb

record = wfdb.rdrecord("$stem")
ecg_mv = record.p_signal                              # (samples, leads), named by record.sig_name
"""
    }
    label_loading: ClassVar[Mapping[str, str]] = {
        f"{title}, beside FLAC": code for title, code in WfdbFormat.label_loading.items()
    }
    artefact_loading: ClassVar[Mapping[str, str]] = {
        f"{title}, beside FLAC": code for title, code in WfdbFormat.artefact_loading.items()
    }

    def _encode(self, name: str, signal_uv: SignalUv, comments: Sequence[str]) -> Sequence[bytes]:
        names = self.spec.lead_names
        limb = sum(not lead.startswith("V") for lead in names)
        files = [f"{name}_limb.flac 516"] * limb + [f"{name}_chest.flac 516"] * (len(names) - limb)
        header = encode_header(name, signal_uv, names, self.spec.sampling_rate_hz, files, comments)
        return header.encode("ascii"), _flac(signal_uv[:limb]), _flac(signal_uv[limb:])


def _flac(signal_uv: SignalUv) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, signal_uv.T, FLAC_RATE_HZ, format="FLAC", subtype="PCM_16")
    return stream.getvalue()
