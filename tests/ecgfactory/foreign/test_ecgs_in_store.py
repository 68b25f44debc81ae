"""ECGs of others in a store are read as those on a disk. Here the store is a folder."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.foreign import in_store as of_stores
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.sources.opening import open_source
from ecgfactory.storage.fetched import fetched_files
from ecgfactory.storage.store_path import StorePath
from tests.ecgfactory.foreign.test_dicom import channel, code, group, write
from tests.foreign_files import EIGHT, MV, TIME_S, table


def in_store(path: Path) -> StorePath:
    return StorePath.parse(f"file://{path}")


def told(place: Path | StorePath) -> list[tuple[str, object]]:
    found = []
    for ecg in read_ecgs(place):
        found.append((ecg.name, ecg.problem if isinstance(ecg, UnreadableEcg) else ecg.signal_uv.tobytes()))
    return found


@pytest.fixture
def ecgs(tmp_path: Path) -> Path:
    """Two ECGs, one of them in a folder of its own, and what is none."""
    folder = tmp_path / "ecgs"
    (folder / "sub").mkdir(parents=True)
    for name in ("one.csv", "sub/two.csv"):
        table(folder / name, {"time": TIME_S[::5], "MLII": MV[1, ::5], "V5": MV[10, ::5]})
    (folder / "void.csv").write_bytes(b"")
    (folder / "broken.edf").write_bytes(b"0       broken")
    (folder / "beside.zip").write_bytes(b"zip")
    return folder


def test_a_prefix_is_read_as_a_folder(ecgs: Path) -> None:
    assert told(in_store(ecgs)) == told(ecgs)
    assert read_ecgs(str(in_store(ecgs))).not_read == ["beside.zip"]


def test_a_dataset_of_ours_is_read_from_every_format(few: Path) -> None:
    assert told(in_store(few)) == told(few)
    for path in ("npy", "wfdb/00000", "data"):
        assert told(in_store(few / path)) == told(few / path)
    array = min((few / "npy").glob("*-*-of-?????.npy"))
    assert told(in_store(array)) == told(array), "its manifest says which leads it has"


@pytest.mark.parametrize("named", ["{}.hea", "{}", "{}.dat"])
def test_a_wfdb_record_is_read_by_any_of_its_files(named: str, few: Path) -> None:
    record = min((few / "wfdb" / "00000").glob("*.hea")).with_suffix("")
    file = Path(named.format(record))
    assert told(in_store(file)) == told(file) != []


def test_a_record_of_segments_is_read_with_the_files_that_its_headers_name(tmp_path: Path) -> None:
    values = (MV[1:2, :1000] * 1000).astype("<i2")
    for number in (1, 2):
        (tmp_path / f"part{number}.hea").write_text(
            f"part{number} 1 500 1000\nsignals{number}.bin 16 1000/mV 16 0 0 0 0 II\n", encoding="ascii"
        )
        values.T.tofile(tmp_path / f"signals{number}.bin")
    (tmp_path / "whole.hea").write_text("whole/2 1 500 2000\npart1 1000\npart2 1000\n", encoding="ascii")
    (tmp_path / "another.csv").write_text("never fetched", encoding="ascii")
    file = tmp_path / "whole.hea"
    assert told(in_store(file)) == told(file)
    assert fetched_files().opened(in_store(tmp_path) / "signals2.bin")
    assert not fetched_files().opened(in_store(tmp_path) / "another.csv")


def test_a_file_without_suffix_is_read_by_its_content(tmp_path: Path) -> None:
    write(tmp_path / "1.2.3", group([channel(code("SCPECG", "5.6.3-9-1", "I"))], EIGHT[:1]))
    assert told(in_store(tmp_path / "1.2.3")) == told(tmp_path / "1.2.3")


def test_what_has_changed_in_the_store_is_read_anew(ecgs: Path) -> None:
    first = told(in_store(ecgs / "one.csv"))
    table(ecgs / "one.csv", {"time": TIME_S[::5], "MLII": 2 * MV[1, ::5], "V5": MV[10, ::5]})
    gc.collect()
    assert told(in_store(ecgs / "one.csv")) == told(ecgs / "one.csv") != first


def test_problems_are_told_with_addresses(ecgs: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=f"^{in_store(tmp_path)}/none: there is no such file, prefix or"):
        read_ecgs(in_store(tmp_path / "none"))
    with pytest.raises(BadInputError, match=f"^{in_store(ecgs)}/beside.zip: .zip suffix"):
        read_ecgs(in_store(ecgs / "beside.zip"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.md").write_text("nothing")
    with pytest.raises(BadInputError, match=f"^{in_store(tmp_path)}/empty: no .hea"):
        read_ecgs(in_store(tmp_path / "empty"))


def test_more_than_there_is_room_for_is_refused(ecgs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_stores, "MOST_BYTES", 10_000)
    with pytest.raises(BadInputError, match=r"holds .* kB in 5 files, .* at most 10.0 kB are fetched into"):
        read_ecgs(in_store(ecgs))


def test_much_is_told(ecgs: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(of_stores, "LARGE_BYTES", 10_000)
    read_ecgs(in_store(ecgs))
    assert [record.message.split(": ")[0] for record in caplog.records] == [str(in_store(ecgs))]


def test_sources_are_opened_by_their_addresses(ecgs: Path, few: Path) -> None:
    files = open_source(str(in_store(ecgs)), "reference")
    assert files.name == "ecgs"
    assert [name for chunk in files.chunks() for name in chunk.names] == ["one.csv", "sub/two.csv"]
    dataset, local = open_source(in_store(few), "reference"), open_source(few, "reference")
    assert dataset.name == local.name
    for one, other in zip(dataset.chunks(), local.chunks(), strict=True):
        assert np.array_equal(one.signals_uv, other.signals_uv)
    with pytest.raises(BadInputError, match=f"^{in_store(few)}: is a dataset, which says all of itself"):
        open_source(in_store(few), "reference", rate_hz=500.0)
