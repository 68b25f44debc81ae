"""Units of voltage: as people write them, as users state them, and the plausible one where none is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import FloatingArray
from ecgfactory.quality.batch import NO_VALUE

UNITS_SHOWN = "uV, mV, V, a number of these such as 0.1mV, or ADC:GAIN:ZERO (numbers per mV, number at 0 mV)"

_UV_PER_VOLT_PREFIX = {"n": 1e-3, "nano": 1e-3, "u": 1.0, "micro": 1.0, "m": 1e3, "milli": 1e3, "": 1e6}
_MICRO_SIGNS = "µμ"
_MOJIBAKE_MICRO = ("Âµ", "Î¼", "ì", "\ufffd\ufffd", "\ufffd")
"""What is left of a micro sign that was read in another encoding than it was written in."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_VOLTAGE = re.compile(
    rf"(?P<number>{_NUMBER})?\s*[*x]?\s*(?P<prefix>nano|micro|milli|[num])?\s*(?:volts?|v)\.?", re.IGNORECASE
)
_ADC = re.compile(rf"adc:(?P<gain>{_NUMBER})(?::(?P<zero>{_NUMBER}))?", re.IGNORECASE)

_NO_VOLTAGE = re.compile(
    r"(?:counts?|n\.?u\.?|adc(?:[\s_-]*(?:units?|counts?|values?))?|ad[uc]s?|a\.?u\.?|arb\.?(?:itrary)?(?:[\s_-]*units?)?"
    r"|lsbs?|digits?|units?|bits?|levels?|numbers)(?:\s+with\s.*)?",
    re.IGNORECASE,
)

_PLAUSIBLE_UV = (100.0, 3000.0)
"""What an ECG's leads span within a second: 0.53 to 2.9 mV in LUDB, as the median over twelve leads. The upper bound is
low so that values in units of 0.1 mV fall outside in all but the smallest ECGs."""

_PLAUSIBLE_WHOLE_UV = (400.0, 3000.0)
"""The same for whole numbers, which may also be those of a converter: at 200 per mV they fall outside as a rule."""

_LIVE_SHARE = 0.05
"""A lead that spans less than this of the largest is dead, and tells nothing of the unit."""


@dataclass(frozen=True)
class Unit:
    """What turns numbers into uV.

    Parameters
    ----------
    uv_per_unit : float
        Factor to uV.
    zero : float
        The number at 0 uV.
    is_converters : bool
        The numbers are those of a converter: what a file says of its gain and zero does not hold.
    """

    uv_per_unit: float
    zero: float = 0.0
    is_converters: bool = False

    def to_uv(self, values: FloatingArray) -> FloatingArray:
        """Return numbers in this unit in uV; NaN for those by which 16 bits say that there is no value."""
        values_uv = (values - self.zero) * self.uv_per_unit
        if (missing := values == NO_VALUE).any() and not (values < NO_VALUE).any():
            values_uv[missing] = np.nan
        return values_uv


def parse_unit(text: str) -> Unit | None:
    """Read a unit of voltage in any usual spelling.

    Parameters
    ----------
    text : str
        Such as `mV`, `µV` (either mu, or what is left of it in another encoding), `millivolts`, `0.1mV`, `ADC:200` or
        `ADC:200:1024` (200 numbers per mV, 1024 at 0 mV).

    Returns
    -------
    Unit, or None when it is no unit of voltage.
    """
    plain = text.strip(" \t'\"[]()")
    for sign in (*_MOJIBAKE_MICRO, *_MICRO_SIGNS):
        plain = plain.replace(sign, "u")
    if match := _ADC.fullmatch(plain):
        gain = float(match["gain"])
        return Unit(1e3 / gain, float(match["zero"] or 0), is_converters=True) if 0 < gain < np.inf else None
    if match := _VOLTAGE.fullmatch(plain):
        size = float(match["number"] or 1) * _UV_PER_VOLT_PREFIX[(match["prefix"] or "").lower()]
        return Unit(size) if 0 < size < np.inf else None
    return None


def tells_no_voltage(text: str) -> bool:
    """Return whether text stands for a unit where numbers are a converter's or have none: `counts`, `NU`, `ADC`."""
    return _NO_VOLTAGE.fullmatch(text.strip(" \t'\"[]()")) is not None


def plausible_unit(values: Sequence[FloatingArray], rate_hz: float) -> tuple[str, float]:
    """Return the unit in which an ECG spans what ECGs span.

    Parameters
    ----------
    values : sequence of float array, each of shape (samples,)
        The leads, in one unknown unit; NaN allowed.
    rate_hz : float
        Samples per second.

    Returns
    -------
    unit : {'uV', 'mV', 'V', ''}
        Empty where none of them is plausible.
    span : float
        What a live lead typically spans within a second, in that unit; 0 where nothing moves.
    """
    spans = np.array([_span(lead, max(round(rate_hz), 1)) for lead in values])
    largest = spans.max(initial=0)
    if not largest:
        return "uV", 0.0  # flat in any unit
    typical = float(np.median(spans[spans > _LIVE_SHARE * largest]))
    if are_whole(values):
        lowest, highest = _PLAUSIBLE_WHOLE_UV
        return "uV" if lowest <= typical <= highest else "", typical
    for unit, factor in (("uV", 1.0), ("mV", 1e3), ("V", 1e6)):
        if _PLAUSIBLE_UV[0] <= typical * factor <= _PLAUSIBLE_UV[1]:
            return unit, typical
    return "", typical


def are_whole(values: Sequence[FloatingArray]) -> bool:
    """Return whether all numbers are whole, as those of converters are."""
    return all(np.array_equal(known, np.rint(known)) for lead in values for known in [lead[np.isfinite(lead)]])


def _span(lead: FloatingArray, second: int) -> float:
    """Range within a second, as the median over seconds: neither a wandering baseline nor one artefact moves it."""
    known = lead[np.isfinite(lead)]
    if not known.size:
        return 0.0
    seconds = known[: len(known) // second * second].reshape(-1, second) if len(known) > second else known[np.newaxis]
    return float(np.median(np.ptp(seconds, axis=1)))
