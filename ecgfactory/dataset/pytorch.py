"""A published dataset for PyTorch, with random access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch.utils.data import Dataset as TorchDataset

from ecgfactory.artefact_table import without_artefacts
from ecgfactory.ecgs import Unit, check_unit
from ecgfactory.errors import BadInputError
from ecgfactory.places import place_at
from ecgfactory.rhythm_kinds import NAMES as RHYTHM_NAMES
from ecgfactory.rhythm_table import uncomposed
from ecgfactory.samples import Sample, check_features, samples_of
from ecgfactory.wave_table import unmarked

if TYPE_CHECKING:
    from ecgfactory.dataset.reader import Dataset


class EcgDataset(TorchDataset[Sample]):
    """Records of a published dataset, in candidate order; each worker of a DataLoader opens the files for itself.

    A DataLoader asks for a whole batch at a time, which is read file by file and row group by row group.

    Parameters
    ----------
    dataset : Dataset
        As `open_dataset` gives it.
    split, leads, unit, features, masks, clean, artefact_masks, rhythm_labels
        As in `Dataset.torch`.

    Returns
    -------
    dict
        For each index: `signal`, a tensor of shape (leads, samples) at the dataset's `sampling_rate_hz`, float32 in mV
        or int16 in uV; `candidate`, an int; the features asked for, NaN or '' where not measurable; `mask`, uint8 of
        shape (1 + leads, samples): 0 no wave, 1 P, 2 QRS, 3 T, over all leads and then in each; `clean`, as `signal`;
        `artefact_mask`, uint8 of shape (leads, samples): 1 in an artefact; and `rhythm`, an int, a place in
        `rhythm_names`.

    Raises
    ------
    BadInputError
        When there is no such split, lead, unit or feature, a flag is
        no bool, or there are no labels, clean twins, artefacts or rhythms to take what it asks for from.
    """

    rhythm_names = RHYTHM_NAMES
    """All rhythms of ecgfactory, by the numbers that samples hold: the same, in the same order, for any dataset."""

    def __init__(
        self,
        dataset: Dataset,
        split: str | None = None,
        leads: Sequence[str] | None = None,
        unit: Unit = "mV",
        features: Sequence[str] = (),
        masks: bool = False,
        clean: bool = False,
        artefact_masks: bool = False,
        rhythm_labels: bool = False,
    ) -> None:
        check_unit(str(dataset.path), unit)
        check_features(str(dataset.path), features, [*dataset.measured, *dataset.injured])
        flags = {"masks": masks, "clean": clean, "artefact_masks": artefact_masks, "rhythm_labels": rhythm_labels}
        for name, asked in flags.items():
            if not isinstance(asked, bool):
                raise BadInputError(f"{dataset.path}: {name} is {asked!r}; give True or False.")
        if masks and not dataset.plan.labels.waves:
            raise unmarked(str(dataset.path))
        if artefact_masks and not dataset.has_artefacts:
            raise without_artefacts(str(dataset.path))
        if rhythm_labels and not dataset.is_composed:
            raise uncomposed(str(dataset.path))
        self.dataset = dataset
        self.places = dataset.places(split)
        self.lead_names = dataset.checked_leads(leads)
        self.unit: Unit = unit
        self.features = tuple(features)
        self.masks = masks
        self.clean = clean
        self.artefact_masks = artefact_masks
        self.rhythm_labels = rhythm_labels
        self._reader = dataset.reader(self.lead_names, at_random=True)
        if clean:
            dataset.clean_of(self._reader)

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
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Sample]:
        records, where = len(self), str(self.dataset.path)
        rows = [place_at(index, records, where) for index in indices]
        ecgs = self.dataset.take(self.places[rows], self._reader, with_waves=self.masks, with_clean=self.clean)
        flags = (self.masks, self.clean, self.artefact_masks, self.rhythm_labels)
        return list(samples_of(ecgs, self.unit, self.features, *flags))

    def __repr__(self) -> str:
        name = self.dataset.plan.request.name
        return f"EcgDataset {name}: {len(self):,} ECGs, {len(self.lead_names)} leads, {self.unit}"

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_reader"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._reader = self.dataset.reader(self.lead_names, at_random=True)
