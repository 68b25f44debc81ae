"""What a model is given of a record by the datasets for PyTorch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import torch

from ecgfactory.ecgs import Ecgs, Unit
from ecgfactory.errors import BadInputError

Sample = dict[str, Any]
"""`signal`, a tensor; `candidate`, its number; the features asked for; and `mask`, a tensor, where asked for."""


def check_features(place: str, wanted: Sequence[str], known: Collection[str]) -> None:
    """Check that features are known by their names.

    Raises
    ------
    BadInputError
        When one is not.
    """
    is_list = isinstance(wanted, Collection) and not isinstance(wanted, str)
    if not is_list or any(name not in list(known) for name in wanted):
        raise BadInputError(f"{place}: features is {wanted!r}; give a list of some of {', '.join(known)}.")


def samples_of(ecgs: Ecgs, unit: Unit, features: Sequence[str], masks: bool) -> Iterator[Sample]:
    """Turn ECGs into samples, one after the other; a feature that is not measurable is NaN or ''.

    Raises
    ------
    BadInputError
        When there are no waves to make masks from.
    """
    signals = torch.from_numpy(ecgs.signals_uv)
    if unit == "mV":
        signals = signals.to(torch.float32) / 1000
    columns: dict[str, Any] = {"signal": signals, "candidate": ecgs.candidates.tolist()}
    columns |= {name: ecgs.measured[name].tolist() for name in features}
    if masks:
        columns["mask"] = torch.from_numpy(ecgs.masks())
    for row in range(len(ecgs)):
        yield {name: values[row] for name, values in columns.items()}
