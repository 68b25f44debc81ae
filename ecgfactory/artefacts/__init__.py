"""Artefacts that are put into sound ECGs, with the truth about each: one file per kind (see base.py).

A new kind is a file here with an `Artefact`, and a line in `ARTEFACTS`; or a package with an entry point in the group
`ecgfactory.artefacts`. Its test inherits `ecgfactory.validation.artefact_contract`.

`ecgfactory.artefacts.apply` puts them into ECGs that are NumPy arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecgfactory.registry import Registry

if TYPE_CHECKING:
    from ecgfactory.artefacts.arrays import apply as apply
    from ecgfactory.artefacts.base import Artefact

ARTEFACTS: Registry[type[Artefact]] = Registry(
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


def __getattr__(name: str) -> Any:
    """Import `apply` when it is first used: kinds are named in places that put none in."""
    if name != "apply":
        raise AttributeError(f"module 'ecgfactory.artefacts' has no attribute {name!r}")
    from ecgfactory.artefacts.arrays import apply

    return apply
