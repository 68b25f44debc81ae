"""The rhythms that are labelled, with their codes in other vocabularies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True)
class RhythmKind:
    """A rhythm, as records and stretches of them are labelled with it.

    Parameters
    ----------
    name : str
        As requests and columns have it.
    title : str
        As pages have it.
    snomed_ct : tuple of str
        Codes in SNOMED CT, as the PhysioNet/CinC challenge of 2021 lists them (dx_mapping_scored.csv and
        dx_mapping_unscored.csv of https://github.com/physionetchallenges/evaluation-2021).
    scp : tuple of str
        Statements of SCP-ECG, as scp_statements.csv of PTB-XL has them (Wagner et al., Sci Data 7 (2020) 154,
        doi:10.1038/s41597-020-0495-6); none where it has none. NORM is not among them: it says that all else is normal
        too.
    aux : str
        What a change to it says in a WFDB annotation file, as the databases of PhysioNet do
        (https://archive.physionet.org/physiobank/annotations.shtml; of blocks of first and third degree, which that
        page lacks, as some of them do).
    is_sinus : bool
        Whether every beat comes from the sinus node and is conducted as usual.
    conducts_p : bool
        Whether P waves are conducted, now and then at least: else no PR interval is there, and one that is measured is
        a coincidence.
    """

    name: str
    title: str
    snomed_ct: tuple[str, ...]
    scp: tuple[str, ...]
    aux: str
    is_sinus: bool = False
    conducts_p: bool = True


KINDS: dict[str, RhythmKind] = {
    kind.name: kind
    for kind in (
        RhythmKind("sinus", "Sinus rhythm", ("426783006",), ("SR",), "(N", is_sinus=True),
        RhythmKind("sinus_bradycardia", "Sinus bradycardia", ("426177001",), ("SBRAD",), "(SBR", is_sinus=True),
        RhythmKind("sinus_tachycardia", "Sinus tachycardia", ("427084000",), ("STACH",), "(N", is_sinus=True),
        RhythmKind("sinus_arrhythmia", "Sinus arrhythmia", ("427393009",), ("SARRH",), "(N", is_sinus=True),
        RhythmKind("sinus_pause", "Sinus pause", ("426783006", "5609005"), ("SR",), "(N"),
        RhythmKind("premature_atrial", "Premature atrial beats", ("426783006", "284470004"), ("SR", "PAC"), "(N"),
        RhythmKind("atrial_fibrillation", "Atrial fibrillation", ("164889003",), ("AFIB",), "(AFIB", conducts_p=False),
        RhythmKind(
            "paroxysmal_atrial_fibrillation",
            "Paroxysmal atrial fibrillation",
            ("426783006", "282825002", "164889003"),
            ("SR", "AFIB"),
            "(AFIB",
        ),
        RhythmKind("atrial_flutter", "Atrial flutter", ("164890007",), ("AFLT",), "(AFL", conducts_p=False),
        RhythmKind(
            "supraventricular_tachycardia",
            "Supraventricular tachycardia",
            ("426761007",),
            ("SVTAC",),
            "(SVTA",
            conducts_p=False,
        ),
        RhythmKind("junctional_rhythm", "Junctional rhythm", ("29320008",), (), "(NOD", conducts_p=False),
        RhythmKind(
            "premature_ventricular", "Premature ventricular beats", ("426783006", "427172004"), ("SR", "PVC"), "(N"
        ),
        RhythmKind("ventricular_bigeminy", "Ventricular bigeminy", ("11157007",), ("BIGU", "PVC"), "(B"),
        RhythmKind("ventricular_trigeminy", "Ventricular trigeminy", ("251180001",), ("TRIGU", "PVC"), "(T"),
        RhythmKind("ventricular_tachycardia", "Ventricular tachycardia", ("164895002",), (), "(VT", conducts_p=False),
        RhythmKind("av_block_1", "First-degree AV block", ("426783006", "270492004"), ("SR", "1AVB"), "(BI"),
        RhythmKind(
            "av_block_2_wenckebach", "Second-degree AV block, Wenckebach", ("54016002", "195042002"), ("2AVB",), "(BII"
        ),
        RhythmKind(
            "av_block_2_mobitz", "Second-degree AV block, Mobitz II", ("426183003", "195042002"), ("2AVB",), "(BII"
        ),
        RhythmKind("av_block_3", "Complete AV block", ("27885002",), ("3AVB",), "(B3", conducts_p=False),
    )
}
"""All of them, by name, in the order in which they are listed."""

NAMES = tuple(KINDS)


def snomed_ct_codes(kinds: Iterable[RhythmKind]) -> list[str]:
    """SNOMED CT codes of some kinds, each once, in their order."""
    return list(dict.fromkeys(chain.from_iterable(kind.snomed_ct for kind in kinds)))


def scp_codes(kinds: Iterable[RhythmKind]) -> list[str]:
    """SCP statements of some kinds, each once, in their order."""
    return list(dict.fromkeys(chain.from_iterable(kind.scp for kind in kinds)))
