"""Patients whom nobody is: what a header says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_FIRST, _MIDDLE, _LAST = "bdfgklmnprstvz", "aeiou", "nlrskm"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_YOUNGEST, _OLDEST = 18, 95
_FIRST_YEAR, _LAST_YEAR = 1995, 2024


@dataclass(frozen=True)
class Patient:
    """Somebody invented, and when the ECG is said to be recorded.

    Parameters
    ----------
    name, number, sex, date, time : str
        As they are printed.
    age : int
        In years.
    """

    name: str
    number: str
    sex: str
    age: int
    date: str
    time: str


def invent_patient(rng: np.random.Generator) -> Patient:
    """Invent a patient. Names are strung together from syllables, so that they are those of nobody in particular."""
    family, given = _name(rng, 3), _name(rng, 2)
    name = (f"{family}, {given}", f"{family.upper()}, {given.upper()}", f"{given} {family}")[rng.integers(3)]
    number = "".join(map(str, rng.integers(0, 10, size=rng.integers(6, 10))))
    sex = (("Female", "Male"), ("F", "M"))[rng.integers(2)][rng.integers(2)]
    age = int(rng.integers(_YOUNGEST, _OLDEST + 1))
    hour, minute, second = rng.integers(0, 24), rng.integers(0, 60), rng.integers(0, 60)
    return Patient(name, number, sex, age, _date(rng), f"{hour:02}:{minute:02}:{second:02}")


def _name(rng: np.random.Generator, syllables: int) -> str:
    parts = [_FIRST[rng.integers(len(_FIRST))] + _MIDDLE[rng.integers(len(_MIDDLE))] for _ in range(syllables)]
    return "".join([*parts, _LAST[rng.integers(len(_LAST))]]).capitalize()


def _date(rng: np.random.Generator) -> str:
    year, month, day = rng.integers(_FIRST_YEAR, _LAST_YEAR + 1), rng.integers(1, 13), rng.integers(1, 29)
    written = (
        f"{day:02}-{_MONTHS[month - 1]}-{year}",
        f"{day:02}.{month:02}.{year}",
        f"{month:02}/{day:02}/{year}",
        f"{year}-{month:02}-{day:02}",
    )
    return written[rng.integers(len(written))]
