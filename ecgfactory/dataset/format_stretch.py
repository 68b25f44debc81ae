"""Reading a stretch of a record from one file of a dataset, wherever that is."""

from __future__ import annotations

from ecgfactory.formats.base import Format, SignalSpec
from ecgfactory.leads import SignalUv
from ecgfactory.storage.fetched import at_hand
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath


def read_format_stretch(
    format_: type[Format], dataset: Place, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
) -> SignalUv:
    """Read a stretch; from a store without the rest of the file, where the format can.

    Parameters
    ----------
    format_ : type of Format
        What reads it.
    dataset : Path or StorePath
        The dataset.
    path, candidate, spec, start, stop
        As in `Format.read_stretch`, for what is returned and errors too.
    """
    if isinstance(dataset, StorePath):
        in_parts = format_.read_stretch_in_store(dataset, path, candidate, spec, start, stop)
        if in_parts is not None:
            return in_parts
    with at_hand(dataset, format_.opened_files(path, spec)) as folder:
        return format_.read_stretch(folder, path, candidate, spec, start, stop)
