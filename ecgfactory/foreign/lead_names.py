"""What the name of a signal says: a standard lead, an ECG of unknown lead, nothing, or something else than an ECG."""

from __future__ import annotations

import re

from ecgfactory.foreign.units import parse_unit, tells_no_voltage
from ecgfactory.lead_spelling import standard_lead

_UNIT_AFTER = re.compile(
    r"^(?P<name>.*?)(?:\s*[(\[](?P<bracketed>[^()\[\]]*)[)\]]|[\s_,/;.]+(?P<bare>[^\s_,/;.]+)\.*)$", re.DOTALL
)

_ECG_WORD = re.compile(r"(?:^|[^a-z])(?:[ef]?[ce][ck]g|elektrokardiogramm|electrocardiogram)(?![a-z])", re.IGNORECASE)
_ECG_LEAD = re.compile(
    r"(?:mod\.?\s*)?(?:v|mcl|ml|cm|cc|cb|cl|cr|cs|m?v|nasa)[\s_.-]?\d?r?|v[1-9]r?|v[xyz]|nasa|e-?s|a-?s|a-?i"
    r"|v\d\s*-\s*v\d",
    re.IGNORECASE,
)
_OTHER_WORDS = (
    "resp(?:iration)?|breath|pleth|ppg|spo2|sao2|so2|o2|co2|etco2|abp|art|ibp|nibp|bp|cvp|pap|icp|pressure"
    "|air ?flow|flow|eeg|eog|emg|scg|bcg|pcg|phono|sound|gsr|eda|acc|accel\\w*|gyro\\w*|mag|temp\\w*|marker"
    "|event\\w*|trig\\w*|stim\\w*|annot\\w*|label\\w*|status|quality|sqi|flags?|hr|heart ?rate|rate|pulse|beats?"
    "|peaks?|onsets?|offsets?|phase|completion|delineation|class|target|mask|imp\\w*|batt\\w*|light|position|steps?|rr|nn|qrs|qt|pr|st|time|date|noise|id|age|sex|score|count|error"
)
_OTHER = re.compile(rf"(?:^|[^a-z0-9])(?:{_OTHER_WORDS})(?![a-z])", re.IGNORECASE)
_BRAIN = re.compile(r"(?:fp|af|f|fc|c|cp|p|po|o|t|a|m|e)(?:\d{1,2}|p?z)\s*-\s*\w+", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    r"(?:(?:ch|chan|channel|kanal|canal|canale|sig|signal|lead|leads|ableitung|derivation|col|column|spalte|values?|val"
    r"|data|voltage|volt|amplitude|amp|wave|waveform|raw|samples?|unnamed|adc|measurement|sensor|analog|input|trace|x(?=\d+$))"
    r"[\s_.:#-]*)*\d*",
    re.IGNORECASE,
)


def split_unit(text: str) -> tuple[str, str]:
    """Split the name of a column into the signal's name and its unit, '' where there is none.

    `I (mV)`, `v5_uV`, `I, mV` and `III [µV]` name units, and `I [counts]` one that is no voltage; the V of `ECG V` is a
    lead and no volt.
    """
    name = text.strip(" \t'\"")
    if parse_unit(name) and name.lower() != "v":
        return "", name
    match = _UNIT_AFTER.match(name)
    unit = (match["bracketed"] or match["bare"] or "") if match else ""
    before = match["name"].rstrip() if match else ""
    is_signal = standard_lead(before) is not None or says_ecg(before)
    if match and tells_no_voltage(unit) and (is_signal or (match["bracketed"] and before and says_nothing(before))):
        return before, unit
    if match is None or parse_unit(unit) is None:
        return name, ""
    if match["bare"] in ("V", "v") and not before.endswith(",") and standard_lead(before) is None:
        return name, ""
    return re.sub(r"[\s_]in$", "", before).strip(" \t_,."), unit


def says_other(name: str) -> bool:
    """Return whether a name says that its signal is something else than an ECG: breathing, pressure, a flag, ..."""
    text = name.strip(" \t'\",;")
    return _OTHER.search(text) is not None or _BRAIN.fullmatch(text) is not None


def says_ecg(name: str) -> bool:
    """Return whether a name says that its signal is an ECG, of a lead that is none of the twelve or not told."""
    text = name.strip(" \t'\",;")
    return not says_other(text) and (_ECG_WORD.search(text) is not None or _ECG_LEAD.fullmatch(text) is not None)


def says_nothing(name: str) -> bool:
    """Return whether a name says nothing of what its signal is, like `ch1`, `value`, `0` or none at all."""
    return _SAYS_NOTHING.fullmatch(name.strip(" \t'\",;")) is not None


def may_be_lead(column: str) -> bool:
    """Return whether the name of a column, with or without unit, leaves open that it is a lead."""
    name, _ = split_unit(column)
    return standard_lead(name) is not None or says_ecg(name) or says_nothing(name)
