"""Reading ECGs from elsewhere: files of many kinds, of any sampling rate, unit, and order of leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ecgfactory.foreign.files import ecg_files
from ecgfactory.foreign.formats import READERS
from ecgfactory.foreign.recording import Recording, UnreadableEcg, UnreadableError
from ecgfactory.foreign.standard import ForeignEcg, standard_ecg
from ecgfactory.foreign.stated import Stated
from ecgfactory.storage.home import from_home


def read_ecgs(
    path: str | Path,
    *,
    rate_hz: float | None = None,
    unit: str = "",
    lead_names: Sequence[str] = (),
    lead_map: Mapping[str, str] | None = None,
) -> Iterator[ForeignEcg | UnreadableEcg]:
    """Read every ECG at a path, one after the other; what can't be read is reported, and reading goes on.

    Parameters
    ----------
    path : str or Path
        A WFDB record (with or without suffix), an EDF, DICOM, CSV, Parquet, NumPy or WebDataset file, or a folder of
        them at any depth; a dataset of ours is one.
    rate_hz, unit, lead_names, lead_map
        As in `Stated`; what is given overrules what a file says.

    Returns
    -------
    iterator of ForeignEcg or UnreadableEcg
        Files in the order of their paths.

    Raises
    ------
    BadInputError
        When there is nothing at the path that could be an ECG.
    """
    path = from_home(path)
    stated = Stated(rate_hz, unit, tuple(lead_names), lead_map or {})
    files = ecg_files(path, READERS)
    return _read_each(files, path if path.is_dir() else path.parent, stated)


def _read_each(files: Sequence[Path], root: Path, stated: Stated) -> Iterator[ForeignEcg | UnreadableEcg]:
    for file in files:
        name = file.relative_to(root).as_posix()
        try:
            for found in READERS[file.suffix.lower()](file, name, stated):
                yield _standard(found, stated)
        except Exception as error:  # whatever a parser raises concerns this damaged file alone
            yield UnreadableEcg(name, _problem(error))


def _standard(found: Recording | UnreadableEcg, stated: Stated) -> ForeignEcg | UnreadableEcg:
    if isinstance(found, UnreadableEcg):
        return found
    try:
        return standard_ecg(found, stated)
    except Exception as error:  # concerns this record alone
        return UnreadableEcg(found.name, _problem(error))


def _problem(error: Exception) -> str:
    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"it can't be opened ({error.strerror})"
    return f"not readable ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
