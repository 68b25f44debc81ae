"""What a kind of artefact gives, checked before it is put in: those of packages may be wrong."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Change, Potentials, Recording
from ecgfactory.errors import BadInputError


def check_potentials(given: Potentials, recording: Recording) -> None:
    """Check that potentials can be added.

    Raises
    ------
    ValueError
        When they can't; what is wrong, in words.
    """
    if unknown := [name for name in given.uv if name not in recording.montage.electrodes]:
        raise ValueError(f"there is no electrode {unknown[0]!r}")
    shapes = {np.shape(uv) for uv in given.uv.values()}
    if len(shapes) != 1 or len(shape := next(iter(shapes))) != 1 or not shape[0]:
        raise ValueError(f"its potentials are of the shapes {sorted(map(str, shapes))}, not of one length")
    _check_span(given.onset, given.onset + shape[0] - 1, recording)


def check_added(powers: Float64Array) -> None:
    """Check that what is added, given its mean square in each lead, is there and finite; raises as above."""
    if not np.isfinite(powers).all():
        raise ValueError("its potentials are not all finite")
    if not powers.any():
        raise ValueError("its potentials add nothing to any lead")


def check_change(change: Change, before_uv: Float64Array, after_uv: Float64Array, recording: Recording) -> None:
    """Check that leads were changed as a kind says; raises as above."""
    _check_span(change.onset, change.offset, recording)
    if not np.isfinite(after_uv[:, change.onset : change.offset + 1]).all():
        raise ValueError("what it leaves is not all finite")
    for outside in (slice(change.onset), slice(change.offset + 1, None)):
        if not np.array_equal(before_uv[:, outside], after_uv[:, outside]):
            raise ValueError(f"it changes samples that are not from {change.onset} to {change.offset}, as it says")


def _check_span(onset: int, offset: int, recording: Recording) -> None:
    if not 0 <= onset <= offset < recording.samples:
        raise ValueError(f"it is from sample {onset} to {offset}, where the ECG has {recording.samples}")


def faulty(name: str, error: Exception) -> Exception:
    """Return what to raise for an error in a kind of artefact: of a package's, a sentence that names the package."""
    if isinstance(error, BadInputError) or ARTEFACTS.package(name) is None:
        return error
    said = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
    return ARTEFACTS.unusable(name, " ".join(said.split()))
