"""Standard leads, as people and devices spell their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from ecgfactory.leads import TWELVE_LEADS


class Plainness(IntEnum):
    """How plainly a name says its lead; of two signals of one lead, the plainer named is meant."""

    PLAIN = 0
    DECORATED = 1
    TRANSLATED = 2


@dataclass(frozen=True)
class LeadName:
    """A standard lead, as a name says it.

    Parameters
    ----------
    lead : str
        As in `TWELVE_LEADS`.
    plainness : Plainness
        `II`, `Lead ii` and `ECG_II` are plain, `II (filtered)` and `V1-REF` decorated, `MLII` and `D1` translated.
    is_inverted : bool
        The signal is the lead upside down, as `-aVR`.
    """

    lead: str
    plainness: Plainness
    is_inverted: bool = False


_PLAIN = {name.upper(): name for name in TWELVE_LEADS}
_LIMB = {"I": "I", "II": "II", "III": "III", "1": "I", "2": "II", "3": "III"}
_TRANSLATED = {f"{letter}{number}": lead for letter in ("D", "L", "ML") for number, lead in _LIMB.items()}

_WORDS_BEFORE = r"(?:mdc|ecg|ekg|lead|ableitung|abl|d[eé]rivation|derivaci[oó]n|derivazione|deriva[cç][aã]o|afleiding)"
_BEFORE = re.compile(rf"^(?:{_WORDS_BEFORE}(?![a-z])[\s_.:-]*)+", re.IGNORECASE)
_GLUED_BEFORE = re.compile(rf"^{_WORDS_BEFORE}(?=(?:I|II|III|aV[RLF]|V[1-6])$)", re.IGNORECASE)
_LEAD_WORD = re.compile(rf"^(?:(?:ecg|ekg)[\s_.:-]*)?(?!ecg|ekg){_WORDS_BEFORE}[\s_.:-]*([123])$", re.IGNORECASE)
_AFTER = re.compile(
    r"[\s_.:-]*[(\[]?(?:filt|filtered|filter|raw|clean|cleaned|orig|original|denoised|corrected|ref|reference|lead|einthoven)[)\]]?$",
    re.IGNORECASE,
)
_MINUS = re.compile(r"^(?:[-\u2212\u2013]\s*|(?:minus|inv|inverted)[\s_-]+)", re.IGNORECASE)


def standard_lead(name: str) -> LeadName | None:
    """Return the standard lead that a signal's name says, without its unit; None when it says none."""
    text = re.sub(r",\s*augmented.*$", "", name.strip(" \t'\",;"), flags=re.IGNORECASE)
    minus = _MINUS.match(text)
    core = text[minus.end() :] if minus else text
    if match := _LEAD_WORD.match(core):
        return LeadName(_LIMB[match[1]], Plainness.TRANSLATED, minus is not None)
    core = _GLUED_BEFORE.sub("", _BEFORE.sub("", core))
    shorter = _AFTER.sub("", core)
    for found, plainness in ((core, Plainness.PLAIN), (shorter, Plainness.DECORATED)):
        spelt = re.sub(r"[\s_]", "", found).upper()
        if spelt in _PLAIN:
            return LeadName(_PLAIN[spelt], plainness, minus is not None)
        if spelt in _TRANSLATED:
            return LeadName(_TRANSLATED[spelt], Plainness.TRANSLATED, minus is not None)
    return None
