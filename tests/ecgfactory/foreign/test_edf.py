"""EDF and EDF+ files."""

from __future__ import annotations

from pathlib import Path

import edfio
import numpy as np
import pytest

from ecgfactory.foreign.formats import edf
from ecgfactory.foreign.recording import Recording
from ecgfactory.foreign.stated import Stated
from ecgfactory.leads import EIGHT_LEADS
from tests.ecgfactory.foreign.reader_contract import ReaderContract
from tests.foreign_files import EIGHT, only, problem

RANGE = (-32768, 32767)


def signal(label: str, values: np.ndarray, rate_hz: float = 500, unit: str = "uV") -> edfio.EdfSignal:
    digital = np.asarray(values, dtype=np.int16)
    return edfio.EdfSignal.from_digital(
        digital, rate_hz, label=label, physical_dimension=unit, physical_range=RANGE, digital_range=RANGE
    )


def write(path: Path, *signals: edfio.EdfSignal, **options: object) -> Path:
    edfio.Edf(signals, data_record_duration=1, **options).write(path)
    return path


def recording(path: Path) -> Recording:
    (found,) = edf.read(path, path.name, Stated())
    return found


class TestContract(ReaderContract):
    suffix = ".edf"

    def write(self, folder: Path) -> Path:
        signals = [signal(f"ECG {name}", lead) for name, lead in zip(EIGHT_LEADS, EIGHT, strict=True)]
        return write(folder / "ecg.edf", *signals)


def test_each_signal_has_its_own_rate_and_unit_and_annotations_are_none(tmp_path: Path) -> None:
    found = recording(
        write(
            tmp_path / "a.edf",
            signal("EEG Fpz-Cz", np.arange(1000), 100),
            signal("ECG II", EIGHT[1]),
            signal("Resp", np.arange(10), 1, "Ohm"),
            annotations=[edfio.EdfAnnotation(1, None, "a beat")],
        )
    )
    assert [(one.name, one.unit, one.rate_hz) for one in found.signals] == [
        ("EEG Fpz-Cz", "uV", 100),
        ("ECG II", "uV", 500),
        ("Resp", "Ohm", 1),
    ]
    assert found.notes == ()
    np.testing.assert_allclose(only(tmp_path / "a.edf").signal_uv, EIGHT[1:2], atol=1e-3)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_unit_arrives_whole(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.edf", signal("ECG II", EIGHT[1], unit="??V".ljust(8)))
    unit = "\u00b5V".encode(encoding)
    path.write_bytes(path.read_bytes().replace(b"??V     ", unit.ljust(8)))
    assert recording(path).signals[0].unit == "\u00b5V"


def test_what_is_not_as_long_as_announced_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.edf", signal("ECG II", EIGHT[1]))
    path.write_bytes(path.read_bytes()[:-1200])
    found = only(path)
    assert found.signal_uv.shape == (1, 4000)
    assert "header indicates 10 data records, but file contains 8" in " ".join(found.notes)


def test_a_recording_with_gaps_is_refused_and_one_that_only_may_have_some_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.edf", signal("ECG II", EIGHT[1]), annotations=())
    content = path.read_bytes().replace(b"EDF+C", b"EDF+D")
    path.write_bytes(content)
    assert only(path).signal_uv.shape == (1, 5000)
    path.write_bytes(content.replace(b"+9\x14\x14", b"+7\x14\x14"))
    assert "discontinuous" in problem(path)


def test_its_sibling_of_24_bits_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.edf").write_bytes(b"\xffBIOSEMI" + b" " * 504)
    assert problem(tmp_path) == "it is no EDF file"


@pytest.mark.parametrize("ranges", [[b"16383,5", b"-16384"], [b"0", b"0"], [b"nan", b"0"], [b"", b""]])
def test_numbers_of_which_the_header_does_not_tell_the_meaning_need_a_unit(tmp_path: Path, ranges: list[bytes]) -> None:
    path = write(tmp_path / "a.edf", signal("ECG II", EIGHT[1]), signal("ECG V5", EIGHT[6]))
    content = bytearray(path.read_bytes())
    begin = 256 + 2 * (16 + 80 + 8)
    highest, lowest = (text.ljust(8) for text in ranges)
    content[begin : begin + 8], content[begin + 16 : begin + 24] = lowest, highest
    path.write_bytes(content)
    found = only(path)
    assert found.lead_names == ("V5",)
    assert "left out: II, as its header" in found.notes[-1]
    counts = only(path, unit="ADC:1000")
    np.testing.assert_allclose(counts.signal_uv, EIGHT[[1, 6]], atol=1e-3)
    assert not any("uncalibrated" in note for note in (*found.notes, *counts.notes))
    content[begin + 8 : begin + 16], content[begin + 24 : begin + 32] = lowest, highest
    path.write_bytes(content)
    assert "give --unit ADC:GAIN:ZERO" in problem(path)


def test_one_rate_does_not_hold_for_leads_of_several(tmp_path: Path) -> None:
    path = write(tmp_path / "a.edf", signal("ECG I", EIGHT[0]), signal("ECG II", EIGHT[1, ::2].copy(), 250))
    found = only(path, rate_hz=360)
    assert found.signal_uv.shape == (2, 5000)
    assert found.notes == ("250 and 500 Hz and not 360 Hz as you say, as the file gives its signals different rates",)
