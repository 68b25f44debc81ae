"""The kinds of artefact by name, for all rooms: tables of artefacts tell a kind that none is of from no kind at all."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Any

from ecgfactory.errors import BadInputError, shown
from ecgfactory.registry import Registry

KINDS: Registry[Any] = Registry(
    "kind of artefact",
    "ecgfactory.artefacts",
    "ecgfactory.artefacts.base:Artefact",
    {
        "baseline_wander": "ecgfactory.artefacts.baseline_wander:BaselineWander",
        "muscle": "ecgfactory.artefacts.muscle:Muscle",
        "mains": "ecgfactory.artefacts.mains:Mains",
        "electrode_motion": "ecgfactory.artefacts.electrode_motion:ElectrodeMotion",
        "electrode_pop": "ecgfactory.artefacts.electrode_pop:ElectrodePop",
        "poor_contact": "ecgfactory.artefacts.poor_contact:PoorContact",
        "pacemaker_spikes": "ecgfactory.artefacts.pacemaker_spikes:PacemakerSpikes",
        "lead_off": "ecgfactory.artefacts.lead_off:LeadOff",
        "clipping": "ecgfactory.artefacts.clipping:Clipping",
        "quantisation": "ecgfactory.artefacts.quantisation:Quantisation",
        "limb_lead_swap": "ecgfactory.artefacts.limb_lead_swap:LimbLeadSwap",
        "precordial_swap": "ecgfactory.artefacts.precordial_swap:PrecordialSwap",
        "inverted_lead": "ecgfactory.artefacts.inverted_lead:InvertedLead",
        "dropped_samples": "ecgfactory.artefacts.dropped_samples:DroppedSamples",
        "clock_jitter": "ecgfactory.artefacts.clock_jitter:ClockJitter",
        "wrong_gain": "ecgfactory.artefacts.wrong_gain:WrongGain",
    },
)
"""The registry of kinds; `ecgfactory.artefacts.ARTEFACTS` is the same, and knows what a kind is."""


def check_kind(kind: str, present: Collection[str]) -> None:
    """Check that there is a kind of artefact: in `KINDS`, or among those present, whose package may be gone.

    Raises
    ------
    BadInputError
        When there is none; the nearest one is named.
    """
    if not isinstance(kind, str) or (kind not in KINDS and kind not in present):
        known = list(dict.fromkeys([*KINDS, *present]))
        meant = difflib.get_close_matches(kind, known, n=1) if isinstance(kind, str) else []
        mend = f"did you mean {meant[0]}?" if meant else f"choose from {', '.join(known)}."
        raise BadInputError(f"kind: {shown(kind)} is not a kind of artefact; {mend}")
