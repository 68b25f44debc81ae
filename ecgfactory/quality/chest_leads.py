"""Whether the chest leads are in their order and upright: as recorded, and exchanged, against what a heart can show.

What the eight leads show of a heart is three quantities, the components of its electrical dipole, each lead by weights
that follow from where it lies. Dower's weights explain 95 % of the power of most ECGs. Where they explain much more of
it after two chest leads are exchanged, or one is turned over, these leads were wrongly attached or labelled.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.feature import Feature, FeatureTable, lead_key

CHEST_FEATURE = Feature(
    "chest_exchange_gain",
    "",
    "number",
    "What a dipole (weights of Dower et al., Clin Cardiol 3 (1980) 87) leaves unexplained of the changes of the eight "
    "leads from one 10 ms mean to the next, over what it leaves after two of V1 to V6 are exchanged, all are reversed, "
    "or one is inverted, whichever leaves least: geometric mean of the ratios within 75 ms of a beat and elsewhere. At "
    "most 1 where nothing fits better than the leads as they are.",
)

_WEIGHTS = np.array(
    [
        (0.632, -0.235, 0.059),
        (0.235, 1.066, -0.132),
        (-0.515, 0.157, -0.917),
        (0.044, 0.164, -1.387),
        (0.882, 0.098, -1.277),
        (1.213, 0.127, -0.601),
        (1.125, 0.127, -0.086),
        (0.831, 0.076, 0.230),
    ]
)
"""Of the dipole to the left, to the feet and to the back, in the leads of `EIGHT_LEADS`."""

_FIRST = EIGHT_LEADS.index("V1")
_CHEST = range(_FIRST, len(EIGHT_LEADS))
_PRECISION = 1e-5
"""Share of the power that counts as unexplained anyway, so that no ratio is between rounding errors."""


def _exchanges() -> dict[str, Float64Array]:
    """What undoes each wrong order, by the leads that are in it; the first leaves all as it is."""
    identity = np.eye(len(EIGHT_LEADS))
    found = {"": identity}
    for lead in _CHEST:
        found[EIGHT_LEADS[lead]] = identity - 2 * np.outer(identity[lead], identity[lead])
    for first, second in combinations(_CHEST, 2):
        order = list(range(len(EIGHT_LEADS)))
        order[first], order[second] = second, first
        found[f"{EIGHT_LEADS[first]} and {EIGHT_LEADS[second]}"] = identity[order]
    found["V1 to V6"] = identity[[*range(_FIRST), *reversed(_CHEST)]]
    return found


_NAMES = list(_exchanges())
_UNEXPLAINED = np.stack(
    [
        exchange.T @ (np.eye(len(EIGHT_LEADS)) - _WEIGHTS @ np.linalg.pinv(_WEIGHTS)) @ exchange
        for exchange in _exchanges().values()
    ]
).round(12)
"""Of products of leads, shape (exchanges, 8, 8), the part that no dipole explains once the leads are exchanged."""


def measure_chest(coarse_uv: Float32Array, in_qrs: BoolArray) -> FeatureTable:
    """Measure how much better the chest leads fit after an exchange, shape (records,); NaN where nothing moves.

    Parameters
    ----------
    coarse_uv : float32 array, shape (records, 8, steps)
        Means of 10 ms of the leads of `EIGHT_LEADS`, in that order. Their changes are what is looked at: they hold no
        baseline.
    in_qrs : bool array, shape (records, steps)
        Which steps lie near a beat.
    """
    changes_uv = np.diff(coarse_uv, axis=-1)
    gains = np.ones((len(coarse_uv), len(_NAMES)))
    for counted in (in_qrs[:, 1:], ~in_qrs[:, 1:]):
        some_uv = changes_uv * counted[:, np.newaxis]
        products = np.einsum("nls,nks->nlk", some_uv, some_uv)
        power = np.trace(products, axis1=1, axis2=2)[:, np.newaxis]
        unexplained = np.einsum("eij,nij->ne", _UNEXPLAINED, products) + _PRECISION * power
        with np.errstate(invalid="ignore"):
            gains *= np.sqrt(unexplained[:, :1] / unexplained)
    best = 1 + gains[:, 1:].argmax(axis=1)
    name = CHEST_FEATURE.name
    return {
        name: np.take_along_axis(gains, best[:, np.newaxis], axis=1)[:, 0],
        lead_key(name): np.array(_NAMES, dtype=np.object_)[best],
    }
