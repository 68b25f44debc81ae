"""What a model is given of a record by the datasets for PyTorch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import torch

from ecgfactory.artefact_table import without_artefacts, without_clean
from ecgfactory.ecgs import HERE, Ecgs, Unit
from ecgfactory.errors import BadInputError
from ecgfactory.leads import SignalUv
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import uncomposed

Sample = dict[str, Any]
"""`signal`, a tensor; `candidate`, its number; the features asked for; and where asked for `mask`, `clean` and
`artefact_mask`, tensors, and `rhythm`, a place in `rhythm_kinds.NAMES`."""

_LISTS = ("artefact_kinds", "failed_rules")
"""What is known of ECGs with artefacts as lists."""


def check_features(place: str, wanted: Sequence[str], known: Collection[str]) -> None:
    """Check that features are known by their names, and are one value of each ECG.

    Raises
    ------
    BadInputError
        When one is not.
    """
    is_list = isinstance(wanted, Collection) and not isinstance(wanted, str)
    for name in _LISTS if is_list else ():
        if name in wanted:
            raise BadInputError(
                f"{place}: features: {name} is a list of names, which batches can't hold; give artefact_masks=True, or "
                "make numbers of the table `injuries` that a dataset and generated ECGs have."
            )
    if not is_list or any(name not in list(known) for name in wanted):
        raise BadInputError(f"{place}: features is {wanted!r}; give a list of some of {', '.join(known)}.")


def check_artefacts(place: str, clean: bool, artefact_masks: bool, has_artefacts: bool, keeps_clean: bool) -> None:
    """Check that there is what samples are to hold because of artefacts.

    Raises
    ------
    BadInputError
        When clean ECGs or masks of artefacts are wanted where there are none, or one of the two is no bool.
    """
    for name, wanted in {"clean": clean, "artefact_masks": artefact_masks}.items():
        if not isinstance(wanted, bool):
            raise BadInputError(f"{place}: {name} is {wanted!r}; give True or False.")
        if wanted and not has_artefacts:
            raise without_artefacts(f"{place}: {name}")
    if clean and not keeps_clean:
        raise without_clean(f"{place}: clean")


def samples_of(
    ecgs: Ecgs,
    unit: Unit,
    features: Sequence[str],
    masks: bool,
    clean: bool = False,
    artefact_masks: bool = False,
    rhythm_labels: bool = False,
) -> Iterator[Sample]:
    """Turn ECGs into samples, one after the other; a feature that is not measurable is NaN or ''.

    Raises
    ------
    BadInputError
        When there are no waves to make masks from, or no artefacts, clean ECGs or rhythms where these are asked for.
    """
    columns: dict[str, Any] = {"signal": signal_tensor(ecgs.signals_uv, unit), "candidate": ecgs.candidates.tolist()}
    known = ecgs.measured | ecgs.injured
    columns |= {name: known[name].tolist() for name in features}
    if masks:
        columns["mask"] = torch.from_numpy(ecgs.masks())
    if clean:
        if ecgs.clean_uv is None:
            raise without_clean(HERE)
        columns["clean"] = signal_tensor(ecgs.clean_uv, unit)
    if artefact_masks:
        columns["artefact_mask"] = torch.from_numpy(ecgs.artefact_masks())
    if rhythm_labels:
        if ecgs.rhythm is None:
            raise uncomposed(HERE)
        columns["rhythm"] = [NAMES.index(name) for name in ecgs.rhythm.tolist()]
    for row in range(len(ecgs)):
        yield {name: values[row] for name, values in columns.items()}


def signal_tensor(signals_uv: SignalUv, unit: Unit) -> torch.Tensor:
    """Return signals in uV as float32 in mV, or int16 in uV."""
    signals = torch.from_numpy(signals_uv)
    return signals.to(torch.float32) / 1000 if unit == "mV" else signals
