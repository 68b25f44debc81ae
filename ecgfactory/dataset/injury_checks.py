"""What signals with artefacts say of these: against the lead equations, and against the clean twins of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.artefacts.base import Recording
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import Put, put_in
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ARTEFACTS_FILE, RECORDS_FILE
from ecgfactory.errors import BadInputError
from ecgfactory.formats.artefacts import ArtefactsReader
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv, derive_twelve
from ecgfactory.record import record_id

CLOSE_DB = 1e-6
"""How near a signal-to-noise ratio is to what the signals say: rounding in another order moves it far less."""


class Injuries:
    """What the artefacts of a dataset say of its records, compared with these.

    Parameters
    ----------
    dataset : DatasetFiles
        Whose artefacts.parquet is sound.

    Attributes
    ----------
    puts_in_again : bool
        Whether artefacts are put into clean twins again: by other software they may come out otherwise.
    """

    def __init__(self, dataset: DatasetFiles) -> None:
        plan = dataset.plan
        assert plan.artefacts is not None
        self.puts_in_again = not plan.packages_gone
        self._dataset, self._seed, self._mixture = dataset, plan.seed, plan.artefacts
        self._leads = plan.lead_names
        self._recording = Recording(montage_of(plan.lead_names), plan.samples_per_lead, plan.recorder.rate_hz)
        self._artefacts = ArtefactsReader(dataset.path / ARTEFACTS_FILE, plan.lead_names)
        self._snr_db = np.stack([dataset.injured[f"snr_db_{lead}"] for lead in plan.lead_names], axis=-1)

    def problems(
        self, path: str, candidates: Sequence[int], signals_uv: SignalUv, clean_uv: SignalUv | None = None
    ) -> Iterator[str]:
        """Yield what is wrong with records of a file beside what their artefacts say.

        Parameters
        ----------
        path : str
            The file.
        candidates : sequence of int
            Candidate number of each record, rising.
        signals_uv : int16 array, shape (records, leads, samples)
            As stored, in uV.
        clean_uv : int16 array, shape (records, leads, samples), optional
            Their clean twins, where these are kept.
        """
        artefacts = self._artefacts.read(np.array(candidates, dtype=np.int64))
        of_leads = self._equation_problems(signals_uv, artefacts)
        of_twins = self._twin_problems(candidates, signals_uv, clean_uv, artefacts) if clean_uv is not None else ()
        for row, problem in (*of_leads, *of_twins):
            yield f"{path}: record {record_id(candidates[row])} {problem}"

    def _equation_problems(self, signals_uv: SignalUv, artefacts: ArtefactTable) -> Iterator[tuple[int, str]]:
        if self._leads == TWELVE_LEADS:
            may_break = np.bincount(artefacts.record, artefacts.breaks_lead_equations, artefacts.records) > 0
            for row in np.flatnonzero(~(may_break | obeys_identities(signals_uv))).tolist():
                yield row, "does not obey the lead equations, and no artefact says that it breaks them"

    def _twin_problems(
        self, candidates: Sequence[int], signals_uv: SignalUv, clean_uv: SignalUv, artefacts: ArtefactTable
    ) -> Iterator[tuple[int, str]]:
        snr_db = self._snr_db[np.searchsorted(self._dataset.candidates, candidates)]
        inside = artefacts.masks(signals_uv.shape[-1]).view(bool)
        for row, candidate in enumerate(candidates):
            of_record = artefacts.of(row)
            difference_uv = np.subtract(signals_uv[row], clean_uv[row], dtype=np.float64)
            problems = (
                *_where(of_record, difference_uv, inside[row]),
                *_how_much(of_record, difference_uv, clean_uv[row], snr_db[row]),
                *(self._again(candidate, signals_uv[row], clean_uv[row], of_record) if self.puts_in_again else ()),
            )
            yield from ((row, problem) for problem in problems)

    def _again(
        self, candidate: int, signal_uv: SignalUv, clean_uv: SignalUv, artefacts: ArtefactTable
    ) -> Iterator[str]:
        """Put the artefacts into the clean twin again: what was added, taken away again, leaves the clean record."""
        drawn = self._mixture.draw(self._seed, candidate)
        try:
            again_uv, puts = put_in(clean_uv.astype(np.float64), self._recording, drawn, whole=True)
        except BadInputError as error:
            yield f"can't have its artefacts put into its clean twin again ({error})"
            return
        if [put.kind for put in puts] != artefacts.kind.tolist():
            kinds = ", ".join(put.kind for put in puts) or "no artefact"
            yield f"has {', '.join(artefacts.kind) or 'no artefact'}, where its seed and number give {kinds}"
            return
        for number, put in enumerate(puts):
            if differing := _differing(put, artefacts, number):
                yield f"has {put.kind} whose {', '.join(differing)} did not come out so when it was put in again"
        if not np.array_equal(again_uv, signal_uv):
            yield "is not its clean twin with its artefacts put in again"


def obeys_identities(twelve_uv: SignalUv) -> BoolArray:
    """Return of which records of twelve leads Einthoven's and Goldberger's identities hold, shape (records,)."""
    eight = twelve_uv[:, [TWELVE_LEADS.index(lead) for lead in EIGHT_LEADS]]
    obeys: BoolArray = (derive_twelve(eight) == twelve_uv).all(axis=(1, 2))
    return obeys


def _where(artefacts: ArtefactTable, difference_uv: Float64Array, inside: BoolArray) -> Iterator[str]:
    """Compare where a record differs from its clean twin with where its artefacts are."""
    differs = difference_uv != 0
    if (outside := (differs & ~inside).any(axis=1)).any():
        leads = _named(artefacts, outside)
        yield f"differs from its clean twin in {leads} where no artefact is"
    alone = artefacts.touched & (artefacts.touched.sum(axis=0) == 1)
    for kind, leads_alone in zip(artefacts.kind, alone, strict=True):
        if (same := leads_alone & ~differs.any(axis=1)).any():
            yield f"has {kind} in {_named(artefacts, same)}, where it is as its clean twin"


def _how_much(
    artefacts: ArtefactTable, difference_uv: Float64Array, clean_uv: SignalUv, snr_db: Float64Array
) -> Iterator[str]:
    """Compare signal-to-noise ratios with what a record and its clean twin say."""
    power, variance = np.square(difference_uv).mean(axis=1), clean_uv.var(axis=1, dtype=np.float64)
    if len(wrong := np.flatnonzero(~_close(snr_db, _ratio_db(variance, power)))):
        names = ", ".join(f"snr_db_{artefacts.lead_names[lead]}" for lead in wrong)
        yield f"has another {names} in {RECORDS_FILE} than its signals say"
    for number in np.flatnonzero(~np.isnan(artefacts.snr_db)).tolist():
        touched, span = artefacts.touched[number], slice(artefacts.onset[number], artefacts.offset[number] + 1)
        if not _is_alone(artefacts, number):
            continue
        added = np.square(difference_uv[touched, span]).mean()
        if not _close(artefacts.snr_db[number], _ratio_db(variance[touched].mean(), added)):
            yield f"has {artefacts.kind[number]} of another snr_db than its signals say"


def _is_alone(artefacts: ArtefactTable, number: int) -> bool:
    """Whether no other artefact of a record changed what one of them did."""
    shares = (artefacts.touched & artefacts.touched[number]).any(axis=1)
    overlaps = (artefacts.onset <= artefacts.offset[number]) & (artefacts.offset >= artefacts.onset[number])
    return int((shares & overlaps).sum()) == 1


def _ratio_db(variance: Float64Array, power: Float64Array) -> Float64Array:
    """Return ratios in dB: NaN where nothing is added, or there is no signal; see `Injury.snr_db`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Float64Array = np.where((power > 0) & (variance > 0), 10 * np.log10(variance / power), np.nan)
    return ratio


def _close(told: Float64Array, said: Float64Array) -> BoolArray:
    close: BoolArray = np.isclose(told, said, rtol=0, atol=CLOSE_DB, equal_nan=True)
    return close


def _differing(put: Put, artefacts: ArtefactTable, number: int) -> list[str]:
    """Return which columns of an artefact are not what it came to when it was put in again."""
    differing = []
    for name, again in vars(put).items():
        told = getattr(artefacts, name)[number]
        is_number = isinstance(again, float)
        same = np.isclose(told, again, rtol=1e-9, atol=0, equal_nan=True) if is_number else np.array_equal(told, again)
        if not same:
            differing.append("leads" if name == "touched" else name)
    return differing


def _named(artefacts: ArtefactTable, chosen: BoolArray) -> str:
    return ", ".join(artefacts.lead_names[lead] for lead in np.flatnonzero(chosen))
