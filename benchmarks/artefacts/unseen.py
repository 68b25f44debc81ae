"""What no rule can see, or none of ours does, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Place = float | str


class Unseen(NamedTuple):
    """Something that passes.

    Parameters
    ----------
    kind : str
        Of artefact or fault, as titles have it.
    what : str
        Which of it.
    is_here : callable
        At which places of the kind's scale that is.
    why : str
        The reason.
    """

    kind: str
    what: str
    is_here: Callable[[Place], bool]
    why: str


def _above(amount: float) -> Callable[[Place], bool]:
    return lambda place: float(place) >= amount


def _below(amount: float) -> Callable[[Place], bool]:
    return lambda place: float(place) <= amount


def _among(*words: str) -> Callable[[Place], bool]:
    return lambda place: place in words


UNSEEN: tuple[Unseen, ...] = (
    Unseen(
        "limb lead swap",
        "left arm and left leg",
        _among("LA-LL"),
        "leads I and II change places, and III changes sign: an ECG that another healthy heart could have.",
    ),
    Unseen(
        "limb lead swap",
        "left arm and right leg, in I and III alone",
        _among("LA-RL", "RA-LA-RL"),
        "lead III or one like it is flat, which a reader sees; but features are measured on I, II and the chest leads "
        "alone, so that an ECG has the same ones with 8 and 12 leads, and I is a lead like any other then. A rule on "
        "the range of III could see it.",
    ),
    Unseen(
        "precordial swap",
        "neighbours among V4 to V6",
        _among("C4-C5", "C5-C6"),
        "these leads look alike, in generated ECGs more than in real ones.",
    ),
    Unseen(
        "electrode motion",
        "above -6 dB",
        _above(-6),
        "it has the band and the shape of the ECG's own waves, in one lead or a few, and stays within what the "
        "baseline may sway; nothing of `basic` compares beats with each other, as `beats_alike` of `strict` does.",
    ),
    Unseen(
        "baseline wander",
        "above 2 dB",
        _above(2),
        "it stays below the 700 uV that `basic` lets a baseline sway, and the 300 uV of `strict`, which are bounds of "
        "what disturbs reading, not of what is there.",
    ),
    Unseen(
        "muscle",
        "above 14 dB",
        _above(14),
        "`high_frequency` allows 20 uV RMS, as a median over stretches of 0.1 s, so that QRS complexes do not count; "
        "nor do bursts in less than half of the record, until they are so large that `jump` sees them.",
    ),
    Unseen(
        "mains",
        "above 26 dB",
        _above(26),
        "hum below the 20 uV of `basic`, or the 10 uV of `strict`, disturbs no reader.",
    ),
    Unseen(
        "electrode pop",
        "steps below 700 uV",
        _below(700),
        "a step of an electrode reaches the leads in part, and falls between two samples: `jump` asks for 300 uV in "
        "one more than in its neighbours. Where it splits evenly, it is none however high, and `baseline` alone "
        "catches it.",
    ),
    Unseen(
        "pacemaker spikes",
        "below 500 uV",
        _below(500),
        "`jump` is made to be low on a pacing spike, which goes up and down at once.",
    ),
    Unseen(
        "quantisation",
        "steps below 100 uV",
        _below(100),
        "features take coarse steps for the recorder's own, so that old recordings of 8 bits pass.",
    ),
    Unseen(
        "dropped samples",
        "gaps below 150 ms",
        _below(150),
        "values are held here as in formats that have nothing for missing ones, and a short flat piece between waves "
        "is an ECG's own; where samples are missing as such, `complete` sees one (below).",
    ),
    Unseen(
        "clock jitter",
        "all of it",
        _above(0),
        "it moves waves by a few ms and roughens QRS by less than they differ from beat to beat.",
    ),
    Unseen(
        "wrong gain",
        "all leads by a quarter to twice",
        _among("0.25, all leads", "0.5, all leads", "2, all leads"),
        "the ECG of another heart, or of a thinner or stouter person, is as large.",
    ),
    Unseen(
        "doubled beat",
        "in an eighth of the leads",
        _below(0.17),
        "one lead of eight does not make a beat of all leads, and nothing of `basic` looks for activity between beats, "
        "as `no_stray_beat` of `strict` does.",
    ),
    Unseen(
        "dropped beat",
        "in nearly all leads or all",
        _above(0.88),
        "what all leads lack together is a pause, and `basic` takes no rhythm for a defect; `no_pause` is `normal`'s.",
    ),
    Unseen(
        "doubled beat",
        "in nearly all leads or all",
        _above(0.88),
        "what all leads have together is an early beat, and `no_early_beat` is `normal`'s.",
    ),
    Unseen(
        "noise in place of a lead",
        "below a quarter of the power",
        _below(0.25),
        "the lead still shows its beats; it is noise of some 5 dB in the ECG's own band.",
    ),
    Unseen(
        "discontinuity",
        "below 250 uV",
        _below(250),
        "a steep QRS changes as much between two samples.",
    ),
)
