"""Reading ECGs from elsewhere: files of many kinds, of any sampling rate, unit, and order of leads."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from weakref import finalize

from ecgfactory.errors import BadInputError, shown
from ecgfactory.foreign.files import ecg_files, place_of, places_of_all
from ecgfactory.foreign.formats import READERS, reader_of
from ecgfactory.foreign.in_store import on_this_machine
from ecgfactory.foreign.recording import NoEcgError, UnreadableEcg, UnreadableError
from ecgfactory.foreign.standard import ForeignEcg, standard_ecg
from ecgfactory.foreign.stated import Stated, stated
from ecgfactory.storage.fetched import fetched_files
from ecgfactory.storage.place import as_place
from ecgfactory.storage.store_path import StorePath


def read_ecgs(
    path: str | PathLike[str] | StorePath,
    *,
    rate_hz: float | None = None,
    unit: str | None = None,
    lead_names: Sequence[str] | None = None,
    lead_map: Mapping[str, str] | None = None,
) -> EcgReading:
    """Read every ECG at a path, one after the other; what can't be read is reported, and reading goes on.

    Parameters
    ----------
    path : str, Path or StorePath
        A WFDB record (with or without suffix), a table as CSV, TSV, text or Parquet, an EDF, DICOM, NumPy or WebDataset
        file, or a folder of them at any depth; a dataset of ours is one. DICOM files need no suffix. Or the address of
        these in a store, such as `s3://bucket/ecgs`: then all is fetched to this machine first.
    rate_hz : float, optional
        Samples per second, 50 to 100,000. This and all below overrules what a file says, and that overrules what would
        be guessed; only where a file gives its records or signals different rates, these stay.
    unit : str, optional
        Unit of all leads: uV, mV, V, a number of these such as 0.1mV, or ADC:GAIN:ZERO for numbers of a converter (per
        mV, and at 0 mV), also where the file has a gain of its own.
    lead_names : sequence of str, optional
        Names of the signals in the file's order: of the standard twelve in any usual spelling (MLII is II), or such as
        ECG1 where the lead is another or not known.
    lead_map : mapping of str to str, optional
        From a signal's name, as written in the file, to that of its lead; instead of `lead_names`.

    Returns
    -------
    EcgReading
        An iterator of `ForeignEcg` and `UnreadableEcg`, in the order of the files' paths.

    Raises
    ------
    BadInputError
        When there is nothing at the path that could be an ECG, or what is stated can't be used; before any is read.
    StoreError
        When a store does not give it.
    """
    if not isinstance(path, str | PathLike | StorePath):
        raise BadInputError(f"path is {shown(path)}; give the path of a file or folder.")
    place = as_place(path)
    said = stated(rate_hz, unit, lead_names, lead_map)
    with ExitStack() as held:
        local = held.enter_context(on_this_machine(place))
        files, not_read = ecg_files(local, READERS)
        reading = EcgReading(files, local if local.is_dir() else local.parent, said, not_read)
        finalize(reading, held.pop_all().close)  # what was fetched stays for as long as it may be read
    return reading


class EcgReading(Iterator[ForeignEcg | UnreadableEcg]):
    """ECGs as they are read, one after the other.

    Parameters
    ----------
    files : sequence of Path
        What to read.
    root : Path
        Names are relative to it.
    stated : Stated
        What the user says.
    not_read : sequence of Path
        Files beside them that may hold ECGs in other formats.

    Attributes
    ----------
    files : list of str
        Names of the files to read.
    passed_over : list of UnreadableEcg
        Files so far that hold no ECG at all, as tables of labels beside the ECGs; not among what is yielded, unless
        there is nothing else.
    not_read : list of str
        Names of files that may hold ECGs in formats that are not read.
    """

    def __init__(self, files: Sequence[Path], root: Path, stated: Stated, not_read: Sequence[Path] = ()) -> None:
        self.files = [file.relative_to(root).as_posix() for file in files]
        self.passed_over: list[UnreadableEcg] = []
        self.not_read = [file.relative_to(root).as_posix() for file in not_read]
        self._paths = files
        self._stated = stated
        self._found = self._read(files, root)

    def __next__(self) -> ForeignEcg | UnreadableEcg:
        """Return the next ECG."""
        return next(self._found)

    def is_input(self, path: Path) -> bool:
        """Return whether a path is that of a file which is read, one of signals that a WFDB header names included."""
        return place_of(path) in self._places

    @cached_property
    def _places(self) -> frozenset[Path]:
        return places_of_all(self._paths)

    def _read(self, files: Sequence[Path], root: Path) -> Iterator[ForeignEcg | UnreadableEcg]:
        is_any = False
        for file in files:
            for found in self._read_file(file, file.relative_to(root).as_posix()):
                is_any = True
                yield found
        if not is_any:
            yield from self.passed_over
            self.passed_over = []

    def _read_file(self, file: Path, name: str) -> Iterator[ForeignEcg | UnreadableEcg]:
        names: set[str] = set()
        try:
            if not file.stat().st_size:
                raise UnreadableError("the file is empty")
            for found in reader_of(file)(file, name, self._stated):
                try:
                    ecg = found if isinstance(found, UnreadableEcg) else standard_ecg(found, self._stated)
                except Exception as error:  # concerns this record alone
                    if isinstance(error, NoEcgError) and not names:
                        raise
                    ecg = UnreadableEcg(found.name, _problem(error))
                ecg = replace(ecg, name=_new(ecg.name, names))
                names.add(ecg.name)
                yield ecg
        except NoEcgError as error:
            self.passed_over.append(UnreadableEcg(name, str(error)))
        except Exception as error:  # whatever a parser raises concerns this damaged file alone
            yield UnreadableEcg(name, _problem(error))


def _new(name: str, names: Collection[str]) -> str:
    """Number a name that another record of the file has."""
    numbered = (f"{name}:{number}" for number in itertools.count(2))
    return name if name not in names else next(other for other in numbered if other not in names)


def _problem(error: Exception) -> str:
    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"it can't be opened ({error.strerror})"
    text = fetched_files().addressed(str(error))
    return f"not readable ({type(error).__name__}: {' '.join(text.split())[:200]})"
