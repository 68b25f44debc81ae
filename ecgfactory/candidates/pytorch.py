"""An endless source of ECGs for PyTorch, which splits over the workers of a DataLoader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch.utils.data import IterableDataset, get_worker_info

from ecgfactory.candidates.accepted import accepted_ecgs
from ecgfactory.candidates.asked import (
    ArtefactsAsked,
    BoundsByRule,
    MatchAsked,
    PathLike,
    RhythmAsked,
    SignalKeys,
    asked_plan,
    candidate_number,
)
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches, micro_batches
from ecgfactory.ecgs import Unit, check_unit
from ecgfactory.formats.rows import CLEAN
from ecgfactory.generators.base import Device, Edges
from ecgfactory.leads import LeadCount
from ecgfactory.quality.features import FEATURES
from ecgfactory.request.plan import Plan
from ecgfactory.samples import Sample, check_artefacts, check_features, samples_of


class StreamDataset(IterableDataset[Sample]):
    """Accepted ECGs generated while a model trains, the same for any number of DataLoader workers.

    An epoch is a range of candidate numbers: with `start` s and `candidates` n, epoch e holds the accepted ones of
    candidates s + e n .. s + (e + 1) n - 1, which are records of a build with this seed. Each worker generates whole
    micro-batches of that range, in turn: of W workers, worker w takes number w, w + W, w + 2 W, ... So an epoch has the
    same records for any number of workers, as a set; without workers, or with one, they come in candidate order.

    Parameters
    ----------
    candidates : int
        Candidates in an epoch; with the policy `basic`, 99 % of them are accepted.
    seed : int or None
        Same seed, same ECGs; None draws one, kept as `seed`.
    start : int
        Candidate number where epoch 0 starts. To go on where a training stopped, give the `position` it would have
        had: a later epoch's, or the number after the last candidate that was used.
    unit : {'mV', 'uV'}
        mV as float32, or uV as int16.
    features : sequence of str
        Names of features that each sample holds too; with artefacts also `is_clean`, and `snr_db_II` and so on.
    masks : bool
        Whether each sample holds its `mask` too.
    artefacts : mapping or bool, optional
        What is put into the ECGs, as in `generate`: pairs of noisy and clean ECGs with `clean=True`.
    clean : bool
        Whether each sample holds the ECG without its artefacts too.
    artefact_masks : bool
        Whether each sample holds its `artefact_mask` too.
    leads, rhythm, duration_s, signal, policy, bounds, match, model, checkpoint, edges, batch
        As in `generate`.
    device : {'cpu', 'cuda', 'auto'}
        Where to generate. Workers of a DataLoader are meant for 'cpu'; 'cuda' is for a loader without workers.

    Yields
    ------
    dict
        `signal`, a tensor of shape (leads, samples) at `sampling_rate_hz`; `candidate`, an int; and the features asked
        for, NaN or '' where not measurable; and `mask`, uint8 of shape (1 + leads, samples): 0 no wave, 1 P, 2 QRS,
        3 T, over all leads and then in each; `clean`, a tensor as `signal`; `artefact_mask`, uint8 of shape (leads,
        samples): 1 in an artefact, 0 elsewhere; and of composed ECGs `rhythm`, an int, the place of its rhythm in
        `rhythm_kinds.NAMES`.

    Raises
    ------
    BadInputError
        Naming everything that is wrong with the arguments, one sentence each.
    """

    def __init__(
        self,
        candidates: int,
        *,
        seed: int | None,
        start: int = 0,
        unit: Unit = "mV",
        features: Sequence[str] = (),
        masks: bool = False,
        artefacts: ArtefactsAsked | None = None,
        clean: bool = False,
        artefact_masks: bool = False,
        leads: LeadCount = 12,
        rhythm: RhythmAsked | None = None,
        duration_s: int = 10,
        signal: SignalKeys | None = None,
        policy: PathLike = "basic",
        bounds: BoundsByRule | None = None,
        match: MatchAsked | None = None,
        model: str = "deepfakeecg",
        checkpoint: PathLike | None = None,
        edges: Edges | None = None,
        device: Device = "cpu",
        batch: int = 64,
    ) -> None:
        self._plan = asked_plan(
            "StreamDataset",
            records=1,
            seed=seed,
            leads=leads,
            rhythm=rhythm,
            duration_s=duration_s,
            signal=signal or {},
            policy=policy,
            bounds=bounds or {},
            match=match,
            model=model,
            checkpoint=checkpoint,
            edges=edges,
            device=device,
            batch=batch,
            waves=masks,
            artefacts=artefacts,
        )
        check_unit("StreamDataset", unit)
        check_features("StreamDataset", features, [*(feature.name for feature in FEATURES), *_of_artefacts(self._plan)])
        asked = self._plan.request.artefacts
        keeps_clean = asked is not None and asked.keep_clean
        check_artefacts("StreamDataset", clean, artefact_masks, asked is not None, keeps_clean)
        self.candidates = candidate_number("StreamDataset", "candidates", candidates, least=1)
        self.start = candidate_number("StreamDataset", "start", start)
        self.unit: Unit = unit
        self.features = tuple(features)
        self.masks = masks
        self.clean = clean
        self.artefact_masks = artefact_masks
        # In memory shared with the workers, because persistent ones live on after an epoch.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()  # type: ignore[no-untyped-call]

    @property
    def seed(self) -> int:
        """The seed."""
        return self._plan.seed

    @property
    def sampling_rate_hz(self) -> int:
        """Samples per second."""
        return self._plan.recorder.rate_hz

    @property
    def epoch(self) -> int:
        """Number of the epoch that the next iteration gives."""
        return int(self._epoch)

    @property
    def position(self) -> int:
        """Candidate number where that epoch starts."""
        return self.start + self.epoch * self.candidates

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch that the next iteration gives, also in the workers of a DataLoader, persistent or not."""
        self._epoch.fill_(epoch)

    def __repr__(self) -> str:
        return (
            f"StreamDataset(candidates={self.candidates}, seed={self.seed}, "
            f"epoch={self.epoch}, position={self.position})"
        )

    def __iter__(self) -> Iterator[Sample]:
        worker = get_worker_info()
        turn, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        numbers = range(self.position, self.position + self.candidates)
        return self._samples(islice(micro_batches(self._plan, numbers), turn, None, workers))

    def _samples(self, batches: Iterator[Sequence[int]]) -> Iterator[Sample]:
        for numbers in batches:
            for batch in assessed_batches(self._plan, numbers, StageClock()):
                ecgs = accepted_ecgs([batch], self._plan)
                flags = (self.masks, self.clean, self.artefact_masks, self._plan.is_composed)
                yield from samples_of(ecgs, self.unit, self.features, *flags)


def _of_artefacts(plan: Plan) -> list[str]:
    """Names of what is known of each ECG with artefacts besides its features, and is one value."""
    asked = plan.request.artefacts
    if asked is None:
        return []
    clean = [f"{CLEAN}{feature.name}" for feature in plan.policy.features] if asked.clean_features else []
    return ["is_clean", *(f"snr_db_{lead}" for lead in plan.lead_names), *clean]
