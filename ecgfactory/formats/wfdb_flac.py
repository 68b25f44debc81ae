"""WFDB with FLAC: a header and two losslessly compressed signal files for each record, format 516.

FLAC has at most 8 channels, so that limb and chest leads are in separate files. Specification: signal(5) of the
WFDB Applications Guide, https://physionet.org/physiotools/wag/signal-5.htm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import soundfile

from ecgfactory.formats.wfdb import WfdbFormat
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
    cpu_s_per_hour: ClassVar[float] = 0.7
    packages: ClassVar[tuple[str, ...]] = ("wfdb", "soundfile")
    loading: ClassVar[Mapping[str, str]] = {
        "WFDB with FLAC": """\
import wfdb

record = wfdb.rdrecord("$stem")
ecg_mv = record.p_signal                              # (samples, leads), named by record.sig_name
"""
    }
    rhythm_loading: ClassVar[Mapping[str, str]] = {
        f"{title}, beside FLAC": code for title, code in WfdbFormat.rhythm_loading.items()
    }
    label_loading: ClassVar[Mapping[str, str]] = {
        f"{title}, beside FLAC": code for title, code in WfdbFormat.label_loading.items()
    }
    artefact_loading: ClassVar[Mapping[str, str]] = {
        f"{title}, beside FLAC": code for title, code in WfdbFormat.artefact_loading.items()
    }

    def _write_signals(self, header: Path, signals_uv: Iterable[SignalUv]) -> None:
        limb = _limb(self.spec.lead_names)
        counts = {"limb": limb, "chest": len(self.spec.lead_names) - limb}
        with ExitStack() as stack:
            limb_file, chest_file = (
                stack.enter_context(_flac(header.with_name(f"{header.stem}_{part}.flac"), channels))
                for part, channels in counts.items()
            )
            for signal_uv in signals_uv:
                limb_file.write(signal_uv[:limb].T)
                chest_file.write(signal_uv[limb:].T)

    @classmethod
    def _files_of_leads(cls, name: str, lead_names: Sequence[str]) -> list[str]:
        limb = _limb(lead_names)
        return [f"{name}_limb.flac 516"] * limb + [f"{name}_chest.flac 516"] * (len(lead_names) - limb)


def _limb(lead_names: Sequence[str]) -> int:
    """Return how many of the leads are limb leads, which come first."""
    return sum(not lead.startswith("V") for lead in lead_names)


def _flac(path: Path, channels: int) -> soundfile.SoundFile:
    return soundfile.SoundFile(path, "w", FLAC_RATE_HZ, channels, subtype="PCM_16", format="FLAC")
