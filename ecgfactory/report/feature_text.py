"""Features in words: label, unit and value as people read them."""

from __future__ import annotations

from ecgfactory.quality.features import feature_named
from ecgfactory.record import FeatureValue

_PRINTED_UNITS = {"uV": "µV", "deg": "°", "beats": ""}
_UNIT_TOKENS = {"bpm": "/min", "ms": "ms", "uv": "uV", "mv": "mV", "deg": "deg"}
_PRINTED_TOKENS = {
    "p": "P",
    "pr": "PR",
    "qrs": "QRS",
    "qt": "QT",
    "qtc": "QTc",
    "rr": "RR",
    "rmssd": "RMSSD",
    "50hz": "50 Hz",
    "60hz": "60 Hz",
    "sd": "SD",
    "bazett": "(Bazett)",
    "fridericia": "(Fridericia)",
    "neurokit": "NeuroKit2",
    "zhao2018": "(Zhao 2018)",
}


def feature_label(name: str) -> str:
    """Words for a feature's name: `qtc_bazett_ms` becomes "QTc (Bazett)"."""
    tokens = name.split("_")
    if tokens[-1] in _UNIT_TOKENS and len(tokens) > 1:
        tokens.pop()
    words = " ".join(_PRINTED_TOKENS.get(token, token) for token in tokens)
    return words[:1].upper() + words[1:]


def feature_unit(name: str) -> str:
    """Unit of a feature as printed: of the feature table, or else by the end of its name; may be empty."""
    feature = feature_named(name)
    unit = feature.unit if feature else _UNIT_TOKENS.get(name.rsplit("_", 1)[-1], "")
    return _PRINTED_UNITS.get(unit, unit)


def bare_value(value: FeatureValue) -> str:
    """Value without its unit, in no more digits than it can carry; a dash for what was not measurable."""
    if value is None or value == "" or value != value:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 10 else f"{value:.3g}"
    return str(value)


def feature_value(name: str, value: FeatureValue) -> str:
    """Value with its unit; a dash for what was not measurable."""
    text, unit = bare_value(value), feature_unit(name)
    if text == "–":
        return text
    return f"{value:.0f}°" if unit == "°" else f"{text} {unit}".strip()  # an axis has no tenths of a degree
