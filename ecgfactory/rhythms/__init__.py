"""What the heart does when: a file for each rhythm, with its sources (see base.py)."""

from __future__ import annotations

from ecgfactory.rhythms.atrial_fibrillation import AtrialFibrillation
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.premature_ventricular import PrematureVentricular
from ecgfactory.rhythms.sinus import Sinus

RHYTHMS: dict[str, Rhythm] = {rhythm.name: rhythm for rhythm in (Sinus(), AtrialFibrillation(), PrematureVentricular())}
"""All of them, by name (`rhythm_kinds.KINDS`)."""
