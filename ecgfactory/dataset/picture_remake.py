"""Making any single picture of a dataset again, from the dataset alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ecgfactory.dataset.pictures import dropped_of
from ecgfactory.pictures.order import PictureOrder

if TYPE_CHECKING:
    from ecgfactory.dataset.reader import Dataset


def remade_picture(dataset: Dataset, wanted: str, number: int) -> Mapping[str, bytes]:
    """Return the files of a picture drawn again, by path below the dataset; see `Dataset.picture_again`."""
    asked = dataset.asked_picture(number)
    place = dataset.place(wanted)
    order = PictureOrder.of(dataset.plan.signal_spec, asked, int(dataset.candidates[place]), number)
    rate_hz, shown = dataset.sampling_rate_hz, order.stretch
    record = dataset.stretch(wanted, shown.start / rate_hz, shown.stop / rate_hz)
    features = {name: values[place] for name, values in dataset.measured.items()}
    split = dataset.records_table.column("split")[place].as_py()
    return order.draw(record.signal_uv, dropped_of(record), features, split).files
