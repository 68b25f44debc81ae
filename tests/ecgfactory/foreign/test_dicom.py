"""DICOM waveforms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, GeneralECGWaveformStorage, generate_uid

from ecgfactory.foreign.formats import dicom
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.recording import Recording, UnreadableEcg
from ecgfactory.foreign.stated import Stated
from ecgfactory.foreign.units import parse_unit
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from tests.ecgfactory.foreign.reader_contract import ReaderContract
from tests.foreign_files import EIGHT, only, problem, read

MDC = dict(zip(EIGHT_LEADS, ("2:1", "2:2", *(f"2:{number}" for number in range(3, 9))), strict=True))


def code(scheme: str, value: str, meaning: str) -> Dataset:
    entry = Dataset()
    entry.CodingSchemeDesignator, entry.CodeValue, entry.CodeMeaning = scheme, value, meaning
    return entry


def channel(source: Dataset, unit: str = "uV", sensitivity: float | None = 1.0, **more: Any) -> Dataset:
    made = Dataset()
    made.ChannelSourceSequence = [source]
    if sensitivity is not None:
        made.ChannelSensitivity = sensitivity
        made.ChannelSensitivityUnitsSequence = [code("UCUM", unit, unit)]
    for keyword, value in more.items():
        setattr(made, keyword, value)
    return made


def group(channels: list[Dataset], signals: Any, rate_hz: float = 500, **more: Any) -> Dataset:
    signals = np.asarray(signals, dtype="<i2")
    made = Dataset()
    made.WaveformOriginality = "ORIGINAL"
    made.NumberOfWaveformChannels, made.NumberOfWaveformSamples = signals.shape
    made.SamplingFrequency = rate_hz
    made.ChannelDefinitionSequence = channels
    made.WaveformBitsAllocated, made.WaveformSampleInterpretation = 16, "SS"
    made.WaveformData = signals.T.tobytes()
    for keyword, value in more.items():
        setattr(made, keyword, value)
    return made


def write(path: Path, *groups: Dataset) -> Path:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = GeneralECGWaveformStorage, generate_uid()
    dataset.WaveformSequence = groups
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)
    return path


def recordings(path: Path) -> list[Recording | UnreadableEcg]:
    return list(dicom.read(path, path.name, Stated()))


LEAD_II = code("MDC", "2:2", "Lead II")


class TestContract(ReaderContract):
    suffix = ".dcm"

    def write(self, folder: Path) -> Path:
        channels = [channel(code("MDC", MDC[name], f"Lead {name}")) for name in EIGHT_LEADS]
        return write(folder / "a.dcm", group(channels, EIGHT))


def test_an_object_of_a_real_cart_is_read_without_its_median_beat() -> None:
    path = get_testdata_file("waveform_ecg.dcm", download=False)
    found = only(Path(str(path)))
    assert found.lead_names == TWELVE_LEADS
    assert found.signal_uv.shape == (12, 5000)
    np.testing.assert_allclose(found.signal_uv[2], found.signal_uv[1] - found.signal_uv[0], atol=20)
    assert found.notes == ("groups of derived waveforms are left out",)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (code("MDC", "2:62", "Ableitung aVR"), "aVR"),
        (code("SCPECG", "5.6.3-9-1", "Lead I (Einthoven)"), "I"),
        (code("SCPECG", "5.6.3-9-8", ""), "V6"),
        (code("MDC", "2:99", "Lead V9"), "Lead V9"),
        (code("", "", ""), "a label"),
    ],
)
def test_a_channel_is_named_by_its_code_first(tmp_path: Path, source: Dataset, expected: str) -> None:
    (found,) = recordings(write(tmp_path / "a.dcm", group([channel(source, ChannelLabel="a label")], EIGHT[1:2])))
    assert isinstance(found, Recording)
    assert [signal.name for signal in found.signals] == [expected]


def test_numbers_become_physical_by_sensitivity_correction_and_baseline(tmp_path: Path) -> None:
    scaled = channel(
        LEAD_II, "mV", 0.005, ChannelSensitivityCorrectionFactor=0.5, ChannelBaseline=0.25, ChannelSampleSkew=0
    )
    bare = channel(code("", "", "Lead I"), sensitivity=None, ChannelBaseline=None)
    padding = np.array([-30_000], dtype="<i2").tobytes()
    path = write(
        tmp_path / "a.dcm", group([scaled, bare], [[0, 100, -30_000], [1, 2, 3]], WaveformPaddingValue=padding)
    )
    (found,) = recordings(path)
    assert isinstance(found, Recording)
    one, other = found.signals
    np.testing.assert_allclose(one.values, [0.25, 0.5, np.nan])
    assert (one.unit, other.unit, other.values.tolist()) == ("mV", "", [1, 2, 3])
    (converted,) = dicom.read(path, path.name, Stated(unit=parse_unit("ADC:800")))
    assert isinstance(converted, Recording)
    np.testing.assert_allclose(converted.signals[0].values, [0, 100, np.nan])


def test_numbers_without_sensitivity_need_a_unit(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", group([channel(LEAD_II, sensitivity=None)], EIGHT[1:2]))
    assert problem(path) == "lead II: it gives no ChannelSensitivity that can be used; give --unit ADC:GAIN:ZERO"
    np.testing.assert_allclose(only(path, unit="ADC:500").signal_uv, 2 * EIGHT[1:2])


def test_a_median_beat_is_left_out_whatever_is_said_of_its_origin(tmp_path: Path) -> None:
    rest = group([channel(LEAD_II)], EIGHT[1:2])
    beat = group([channel(LEAD_II)], EIGHT[1:2, :600], MultiplexGroupLabel="MEDIAN BEAT")
    assert only(write(tmp_path / "a.dcm", rest, beat)).signal_uv.shape == (1, 5000)


def test_each_group_is_a_recording_of_its_own_rate(tmp_path: Path) -> None:
    rest = group([channel(LEAD_II)], EIGHT[1:2], MultiplexGroupLabel="REST")
    slow = group([channel(LEAD_II)], EIGHT[1:2, ::2], rate_hz=250)
    damaged = group([channel(LEAD_II), channel(LEAD_II)], EIGHT[1:2])
    one, other, last = read(write(tmp_path / "a.dcm", rest, slow, damaged))
    assert [one.name, other.name, last.name] == ["a.dcm:REST", "a.dcm:1", "a.dcm:2"]
    assert one.signal_uv.shape == other.signal_uv.shape == (1, 5000)
    assert last.problem == "it has 1 channels and describes 2"


def test_without_a_rate_one_must_be_stated(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", group([channel(LEAD_II)], EIGHT[1:2], SamplingFrequency=None))
    assert "sampling rate" in problem(path)
    assert only(path, rate_hz=500).signal_uv.shape == (1, 5000)


def test_more_samples_than_there_are_do_not_get_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", group([channel(LEAD_II)], EIGHT[1:2], NumberOfWaveformSamples=4_000_000_000))
    assert "damaged or cut off" in problem(path)


def test_other_objects_are_named(tmp_path: Path) -> None:
    assert problem(write(tmp_path / "a.dcm")).startswith("it is a DICOM object without waveforms (General ECG")


def test_an_image_beside_ecgs_is_passed_over_and_an_ecg_without_signals_is_not(tmp_path: Path) -> None:
    write(tmp_path / "a.dcm", group([channel(LEAD_II)], EIGHT[1:2]))
    image = Dataset()
    image.SOPClassUID, image.SOPInstanceUID, image.file_meta = CTImageStorage, generate_uid(), FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.save_as(tmp_path / "b", enforce_file_format=True)
    write(tmp_path / "c.dcm")
    reading = read_ecgs(tmp_path)
    assert [one.name for one in reading] == ["a.dcm", "c.dcm"]
    assert [one.name for one in reading.passed_over] == ["b"]
