"""Artefacts in ECGs that are NumPy arrays: of any sampling rate, and order of leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.artefacts import given
from ecgfactory.artefacts.base import Recording, Stage
from ecgfactory.artefacts.given import Kinds
from ecgfactory.artefacts.mixture import Drawn, Mixture
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import LARGEST_UV, Put, put_in
from ecgfactory.errors import BadInputError


def apply(
    signal: npt.ArrayLike,
    rate_hz: float,
    lead_names: Sequence[str],
    kinds: Kinds,
    seed: int,
    *,
    unit: str | None = None,
    snr_db: tuple[float, float] = (-6.0, 24.0),
    per_record: tuple[int, int] = (1, 3),
    clean_share: float = 0.0,
    first: int = 0,
) -> tuple[npt.NDArray[Any], ArtefactTable]:
    """Put artefacts into ECGs of yours, as a build puts them into its records.

    Parameters
    ----------
    signal : array, shape (leads, samples) or (records, leads, samples)
        One ECG of a second or more, or some of the same leads and length; not changed. Whole numbers are in uV, floats
        in mV.
    rate_hz : float
        Samples per second, 50 to 100,000.
    lead_names : sequence of str
        Names along the axis of leads: of the standard twelve in any order and usual spelling (MLII is II); any other
        counts as a lead of an electrode of its own.
    kinds : str, sequence of str, or mapping of str to float
        A kind, or kinds, of which one artefact each is put into every record; or weights, by which some are drawn for
        each. `list(ecgfactory.artefacts.ARTEFACTS)` are the kinds.
    seed : int
        From 0 to 2**63 - 1. The same arguments give the same artefacts; for record r of a build, so do its seed, its
        candidate number as `first`, and its section `artefacts` in `kinds` and the other arguments.
    unit : {'mV', 'uV'}, optional
        Unit of floats that are not in mV.
    snr_db : (float, float)
        Between which the signal-to-noise ratio of artefacts that are noise is drawn, in dB, from -15 to 30.
    per_record : (int, int)
        How many artefacts a record has at least and at most, where `kinds` are weights; no more than there are kinds.
    clean_share : float
        Share of records that are left as they are.
    first : int
        Number of the first record; the next ones follow. Another number gives other artefacts, as an augmentation needs
        them in each epoch.

    Returns
    -------
    noisy : array
        The signal with its artefacts, of the same shape, type and unit. The equations between leads hold as they held
        before, unless a kind breaks them, which its truth says.
    truth : ArtefactTable
        One row per artefact; `noisy[record]` has those of `truth.of(record)`.

    Raises
    ------
    BadInputError
        When arguments don't fit together, or can't be used; one sentence for each.

    Examples
    --------
    >>> import numpy as np
    >>> import ecgfactory as ef
    >>> ecg_mv = np.random.default_rng(0).normal(size=(2, 5000))
    >>> noisy_mv, truth = ef.artefacts.apply(ecg_mv, 500, ["II", "V5"], "mains", seed=7, snr_db=(6, 6))
    >>> truth
    ArtefactTable of 1 ECG: 1 mains
    """
    values = signal if isinstance(signal, np.ma.MaskedArray) else _array(signal)
    _check(values, rate_hz, lead_names, kinds, seed, unit, snr_db, per_record, clean_share, first)
    mixture = _mixture(kinds, snr_db, per_record, clean_share)
    values = np.asarray(values)
    whole = values.dtype.kind == "i"
    uv_per_unit = given.UV_PER_UNIT[unit or ("uV" if whole else "mV")]
    recording = Recording(montage_of(_leads(lead_names)), values.shape[-1], float(rate_hz))
    noisy = values.copy()
    record, rows = list[int](), []
    for row, of_it in enumerate(noisy.reshape(-1, *values.shape[-2:])):
        if drawn := mixture.draw(int(seed), int(first) + row):
            clean_uv = of_it.astype(np.float64) * uv_per_unit
            noisy_uv, puts = _put_into(clean_uv, recording, drawn, whole)
            changed = noisy_uv != clean_uv
            of_it[changed] = noisy_uv[changed] / uv_per_unit
            record += [row] * len(puts)
            rows += [put.row for put in puts]
    count = len(values) if values.ndim == 3 else 1
    return noisy, ArtefactTable.of_rows(tuple(map(str, lead_names)), count, record, rows)


def _array(signal: npt.ArrayLike) -> npt.NDArray[Any]:
    try:
        return np.asarray(signal)
    except ValueError:  # lists of different lengths
        raise BadInputError("apply: signal has leads of different lengths; cut them to the same.") from None


def _put_into(
    clean_uv: Float64Array, recording: Recording, drawn: Sequence[Drawn], whole: bool
) -> tuple[Float64Array, list[Put]]:
    """Put artefacts into an ECG whose derived leads may differ a little from what its I and II make them.

    So they do where they were rounded in another way, or filtered on their own. What they differ by stays.
    """
    bound_uv = clean_uv.copy()
    recording.montage.derive(bound_uv, whole)
    if not whole or np.array_equal(bound_uv, clean_uv):
        return put_in(clean_uv, recording, drawn, whole)
    before = [artefact for artefact in drawn if artefact.kind.stage < Stage.LEAD]
    recorded_uv, puts = put_in(bound_uv, recording, before, whole)
    recorded_uv = np.clip(recorded_uv + (clean_uv - bound_uv), -LARGEST_UV, LARGEST_UV)
    noisy_uv, more = put_in(recorded_uv, recording, drawn[len(before) :], whole)
    return noisy_uv, [*puts, *more]


def _check(
    values: npt.NDArray[Any],
    rate_hz: object,
    lead_names: object,
    kinds: object,
    seed: object,
    unit: object,
    snr_db: object,
    per_record: object,
    clean_share: object,
    first: object,
) -> None:
    """Raise an error that tells all that is wrong."""
    of_leads = list(given.leads_problems(lead_names, values))
    leads = () if of_leads else tuple(map(str, lead_names))  # type: ignore[call-overload]
    records = len(values) if values.ndim == 3 else 1
    problems = [
        *given.values_problems(values, unit),
        *given.rate_problems(rate_hz, values),
        *of_leads,
        *given.kinds_problems(kinds, leads),
        *given.number_problems("seed", seed),
        *given.snr_problems(snr_db),
        *given.share_problems("clean_share", clean_share),
        *given.number_problems("first", first, given.NUMBERS - records),
    ]
    if isinstance(kinds, Mapping):
        problems += given.count_problems(per_record)
    if problems:
        raise BadInputError([f"apply: {problem}{'' if problem.endswith('?') else '.'}" for problem in problems])


def _mixture(kinds: Kinds, snr_db: tuple[float, float], per_record: tuple[int, int], clean_share: float) -> Mixture:
    if isinstance(kinds, Mapping):
        weights = {name: float(kinds[name]) for name in sorted(kinds) if kinds[name] > 0}
        least, most = (min(int(count), len(weights)) for count in per_record)
    else:
        weights = dict.fromkeys([kinds] if isinstance(kinds, str) else kinds, 1.0)
        least = most = len(weights)
    return Mixture(float(clean_share), least, most, float(snr_db[0]), float(snr_db[1]), weights)


def _leads(lead_names: Sequence[str]) -> tuple[str, ...]:
    return tuple(given.lead_of(name) for name in lead_names)
