"""Pictures of a published dataset for PyTorch: each with its mask, the signal that it shows, and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.utils.data import Dataset as TorchDataset

from ecgfactory.dataset.stretches import stretch_uv
from ecgfactory.ecgs import Unit, check_unit
from ecgfactory.places import place_at
from ecgfactory.samples import Sample, signal_tensor

if TYPE_CHECKING:
    from ecgfactory.dataset.reader import Dataset


class PictureDataset(TorchDataset[Sample]):
    """Pictures of a published dataset, in the order of records; each worker of a DataLoader opens the files for itself.

    Pictures are as stored and differ in size, and each has a truth of its own, so that a DataLoader needs
    `batch_size=None`, `collate_fn=list`, or a function that makes what a model takes.

    Parameters
    ----------
    dataset : Dataset
        As `open_dataset` gives it.
    split, leads, unit
        As in `Dataset.torch_pictures`.

    Returns
    -------
    dict
        For each index: `picture`, uint8 of shape (3, height, width), red, green and blue; `mask`, uint8 of shape
        (height, width), what each pixel shows; `signal`, a tensor of shape (leads, samples) at the dataset's
        `sampling_rate_hz`, float32 in mV or int16 in uV: the stretch of the record that the page shows; `first_sample`,
        an int, its first sample in the record; `truth`, a `PictureTruth`: layout, boxes, and where each sample is;
        `candidate` and `number`, ints: the record's, and the picture's among those of the record.

    Raises
    ------
    BadInputError
        When there are no pictures, or no such split, lead or unit.
    """

    def __init__(
        self, dataset: Dataset, split: str | None = None, leads: Sequence[str] | None = None, unit: Unit = "mV"
    ) -> None:
        check_unit(str(dataset.path), unit)
        self.dataset = dataset
        self.places = dataset.picture_places(split)
        self.lead_names = dataset.checked_leads(leads)
        self.unit: Unit = unit
        self._rows = [dataset.plan.lead_names.index(name) for name in self.lead_names]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> Sample:
        """Read one sample, by its index, negative from the end.

        Raises
        ------
        IndexError
            When there is none at it.
        TypeError
            When it is not a whole number.
        """
        place = self.places[place_at(index, len(self), str(self.dataset.path), "pictures")]
        picture = self.dataset.picture_at(int(place))
        truth = picture.truth
        record = self.dataset.place(picture.record_id)
        signal_uv = stretch_uv(self.dataset, record, truth.first_sample, truth.last_sample + 1)[self._rows]
        return {
            "picture": torch.from_numpy(np.ascontiguousarray(picture.pixels.transpose(2, 0, 1))),
            "mask": torch.from_numpy(picture.mask),
            "signal": signal_tensor(signal_uv, self.unit),
            "first_sample": truth.first_sample,
            "truth": truth,
            "candidate": int(self.dataset.candidates[record]),
            "number": picture.number,
        }

    def __repr__(self) -> str:
        name = self.dataset.plan.request.name
        return f"PictureDataset {name}: {len(self):,} pictures, {len(self.lead_names)} leads, {self.unit}"
