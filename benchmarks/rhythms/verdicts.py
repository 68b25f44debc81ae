"""What an independent judge calls composed records, beside what it calls real ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.rhythms.judge import CALLED, LEAD, RhythmJudge, Verdict
from benchmarks.waves.judge import INSTALL, PACKAGE
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.validation.ludb import LudbRecord

TARGET = 0.9

REAL = {
    "Sinus rhythm": "sinus",
    "Sinus bradycardia": "sinus",
    "Sinus tachycardia": "sinus",
    "Sinus arrhythmia": "sinus",
    "Atrial fibrillation": "afib",
    "Atrial flutter, typical": "afib",
}
"""What it should call the rhythms of LUDB."""


WHY = {
    "Ventricular tachycardia": "its class `ventricular` learnt from long recordings of ventricular tachycardia, "
    "flutter and fibrillation (VFDB, CUDB and others, by the model card of version 3), and is untested on ECGs of "
    "hospitals, by that of version 6; what it calls so is fast (median 200 /min on seed 2041)",
    "Complete AV block": "of those with ventricular escapes none is called so (0 of 50 on seed 2041), but bbb or "
    "paced mostly; of those with junctional ones half (25 of 47)",
}
"""Why a rhythm misses the target, as far as known."""

OTHERS = ("Ventricular bigeminy", "Ventricular trigeminy")
"""Whose class its documentation leaves open."""


@dataclass(frozen=True)
class Called:
    """What the judge called some records.

    Parameters
    ----------
    title : str
        What they are.
    wanted : str or None
        What it should have called them; None where it has no such class.
    found : Counter of str
        How often it called them what.
    """

    title: str
    wanted: str | None
    found: Counter[str]

    @property
    def share(self) -> float:
        """Share that it called so."""
        return self.found[self.wanted or ""] / self.found.total()


def look_at(judge: RhythmJudge, signals_uv: Iterable[SignalUv]) -> list[Verdict]:
    """Let the judge look at records of 12 leads."""
    lead = TWELVE_LEADS.index(LEAD)
    return [judge.look(signal_uv[lead]) for signal_uv in signals_uv]


def called_composed(verdicts: Mapping[str, Sequence[Verdict]]) -> list[Called]:
    """Count what composed records were called, by their rhythm."""
    return [
        Called(KINDS[rhythm].title, CALLED.get(rhythm), Counter(verdict.rhythm for verdict in of_it))
        for rhythm, of_it in verdicts.items()
    ]


def called_real(verdicts: Sequence[Verdict], records: Sequence[LudbRecord]) -> list[Called]:
    """Count what the records of LUDB were called, by the rhythm that their headers state."""
    found: dict[str, Counter[str]] = {}
    for record, verdict in zip(records, verdicts, strict=True):
        found.setdefault(record.rhythm, Counter())[verdict.rhythm] += 1
    return [Called(f"LUDB: {name}", wanted, found[name]) for name, wanted in REAL.items() if name in found]


def section(judge: str, composed: Sequence[Called], real: Sequence[Called]) -> str:
    """Write the section."""
    known = [called for called in composed if called.wanted]
    reached = sum(called.share >= TARGET for called in known)
    return "\n".join(
        [
            "## Called by name",
            "",
            f"What {judge} makes of lead {LEAD} alone: the class that its codec gives to most samples of a record. It "
            "has six classes (sinus, avb, paced, afib, bbb, ventricular), and afib holds flutter and other "
            f"supraventricular tachycardia too. {reached} of the {len(known)} rhythms that it knows reach the target, "
            f"{TARGET:.0%}. Below stand real records of LUDB, among them paced ones and bundle branch blocks, which it "
            "may rightly call so.",
            "",
            f"- {' and '.join(OTHERS)} count for none: the text on its older classifier, which comes without weights, "
            "puts ventricular extrasystoles into `ventricular`, but the codec's model cards name only databases of "
            "ventricular tachycardia, flutter and fibrillation for it.",
            "- PR in the AV blocks, and ST and rates of supraventricular tachycardia, were chosen partly by what this "
            "judge made of them, on other seeds. That they are called by name is therefore less than independent.",
            "",
            "| rhythm | records | its name | called so | and else |",
            "|---|---|---|---|---|",
            *map(_row, [*composed, *real]),
            "",
            *_outcome(known),
        ]
    )


def _outcome(known: Sequence[Called]) -> list[str]:
    """Say which rhythms reach the target and which do not, and why not as far as known."""
    reached = [f"{called.title} {called.share:.1%}" for called in known if called.share >= TARGET]
    missed = [
        f"- {called.title}, {called.share:.1%}{f': {WHY[called.title]}' if called.title in WHY else ''}."
        for called in known
        if called.share < TARGET
    ]
    return [
        f"The target is reached by: {', '.join(reached) or 'none'}. It is missed by (and why, where that is known):",
        "",
        *(missed or ["- none."]),
    ]


def no_judge_section() -> str:
    """Write why there is no judge."""
    return f"""## Called by name

Left out with what follows from it, as `{PACKAGE}` is not installed here; `{INSTALL}` makes this section."""


def _row(called: Called) -> str:
    others = ", ".join(f"{name} {count}" for name, count in called.found.most_common() if name != called.wanted)
    share = f"{called.share:.1%}" if called.wanted else ""
    return f"| {called.title} | {called.found.total()} | {called.wanted or 'none'} | {share} | {others} |"
