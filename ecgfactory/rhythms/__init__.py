"""What the heart does when: a file for each rhythm, with its sources (see base.py)."""

from __future__ import annotations

from ecgfactory.rhythms.atrial_fibrillation import AtrialFibrillation
from ecgfactory.rhythms.atrial_flutter import AtrialFlutter
from ecgfactory.rhythms.av_block_1 import AVBlock1
from ecgfactory.rhythms.av_block_2_mobitz import AVBlock2Mobitz
from ecgfactory.rhythms.av_block_2_wenckebach import AVBlock2Wenckebach
from ecgfactory.rhythms.av_block_3 import AVBlock3
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.junctional_rhythm import JunctionalRhythm
from ecgfactory.rhythms.paroxysmal_atrial_fibrillation import ParoxysmalAtrialFibrillation
from ecgfactory.rhythms.premature_atrial import PrematureAtrial
from ecgfactory.rhythms.premature_ventricular import PrematureVentricular
from ecgfactory.rhythms.sinus import Sinus
from ecgfactory.rhythms.sinus_arrhythmia import SinusArrhythmia
from ecgfactory.rhythms.sinus_bradycardia import SinusBradycardia
from ecgfactory.rhythms.sinus_pause import SinusPause
from ecgfactory.rhythms.sinus_tachycardia import SinusTachycardia
from ecgfactory.rhythms.supraventricular_tachycardia import SupraventricularTachycardia
from ecgfactory.rhythms.ventricular_bigeminy import VentricularBigeminy
from ecgfactory.rhythms.ventricular_tachycardia import VentricularTachycardia
from ecgfactory.rhythms.ventricular_trigeminy import VentricularTrigeminy

RHYTHMS: dict[str, Rhythm] = {
    rhythm.name: rhythm
    for rhythm in (
        Sinus(),
        SinusBradycardia(),
        SinusTachycardia(),
        SinusArrhythmia(),
        SinusPause(),
        PrematureAtrial(),
        AtrialFibrillation(),
        ParoxysmalAtrialFibrillation(),
        AtrialFlutter(),
        SupraventricularTachycardia(),
        JunctionalRhythm(),
        PrematureVentricular(),
        VentricularBigeminy(),
        VentricularTrigeminy(),
        VentricularTachycardia(),
        AVBlock1(),
        AVBlock2Wenckebach(),
        AVBlock2Mobitz(),
        AVBlock3(),
    )
}
"""All of them, by name, in the order of `rhythm_kinds.KINDS`."""
