"""Making any single picture of a dataset again, from the dataset alone."""

from __future__ import annotations

from collections.abc import Mapping

from ecgfactory.dataset.pictures import dropped_of
from ecgfactory.dataset.reader import Dataset
from ecgfactory.pictures.order import PictureOrder


def remade_picture(dataset: Dataset, wanted: str, number: int = 0) -> Mapping[str, bytes]:
    """Draw a picture of a record again.

    Parameters
    ----------
    dataset : Dataset
        The dataset, in which the picture itself may be damaged or gone.
    wanted : str
        Id of the record, leading zeros optional.
    number : int
        Which of its pictures, from 0.

    Returns
    -------
    mapping of str to bytes
        Content of the picture, its mask, its truth and its boxes, by path below the dataset: the same bytes as the
        first time, on one kind of machine and with the same versions of libraries.

    Raises
    ------
    BadInputError
        When there is no such record or picture.
    DamagedDatasetError
        When the record can't be read.
    """
    asked = dataset.asked_picture(number)
    place = dataset.place(wanted)
    order = PictureOrder.of(dataset.plan.signal_spec, asked, int(dataset.candidates[place]), number)
    rate_hz, shown = dataset.sampling_rate_hz, order.stretch
    record = dataset.stretch(wanted, shown.start / rate_hz, shown.stop / rate_hz)
    features = {name: values[place] for name, values in dataset.measured.items()}
    split = dataset.records_table.column("split")[place].as_py()
    return order.draw(record.signal_uv, dropped_of(record), features, split).files
