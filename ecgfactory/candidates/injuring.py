"""Putting artefacts into accepted candidates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.artefacts.base import Recording
from ecgfactory.artefacts.mixture import Mixture
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import mean_squares, put_in, variances_of
from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.formats.batch import Injury
from ecgfactory.quality.long_records.batch import measured_batch
from ecgfactory.recorder.rates import measured_form
from ecgfactory.request.plan import Plan


def injured(plan: Plan, mixture: Mixture, batch: CandidateBatch) -> CandidateBatch:
    """Put artefacts into the accepted candidates of a batch.

    Parameters
    ----------
    plan : Plan
        What the candidates are of.
    mixture : Mixture
        Which artefacts to put in.
    batch : CandidateBatch
        Candidates without artefacts.

    Returns
    -------
    CandidateBatch
        The same with its `injury`; features and verdicts are still those of the clean ones. The rejected ones have no
        artefact.
    """
    recording = Recording(montage_of(plan.lead_names), plan.samples_per_lead, plan.recorder.rate_hz)
    noisy_uv, snr_db = batch.signals_uv.copy(), np.full(batch.signals_uv.shape[:2], np.nan)
    record, rows = list[int](), []
    for row in np.flatnonzero(batch.accepted).tolist():
        drawn = mixture.draw(plan.seed, int(batch.candidates[row]))
        if drawn:
            clean_uv = batch.signals_uv[row].astype(np.float64)
            signal_uv, puts = put_in(clean_uv, recording, drawn, whole=True)
            noisy_uv[row], snr_db[row] = signal_uv, snr_db_of_leads(clean_uv, signal_uv)
            record += [row] * len(puts)
            rows += [put.row for put in puts]
    artefacts = ArtefactTable.of_rows(plan.lead_names, len(batch), record, rows)
    injury = Injury(artefacts, snr_db, [[] for _ in range(len(batch))], batch.features, batch.signals_uv)
    return replace(batch, signals_uv=noisy_uv, injury=injury)


def assessed_again(plan: Plan, batch: CandidateBatch) -> CandidateBatch:
    """Measure and judge what has artefacts once more, as it is stored."""
    injury = batch.injury
    rows = np.flatnonzero(injury.artefacts.counts) if injury else np.zeros(0, dtype=np.int64)
    if injury is None or not len(rows):
        return batch
    measured_uv = measured_form(batch.signals_uv[rows], plan.recorder.rate_hz)
    found = measured_batch(measured_uv, plan.lead_names, plan.policy.extra_features)
    features = {name: values.copy() for name, values in batch.features.items()}
    for name, values in features.items():
        values[rows] = found.features[name]
    failed_rules = list(injury.failed_rules)
    for row, rules in zip(rows.tolist(), found.judged_by(plan.policy).failed_rules, strict=True):
        failed_rules[row] = rules
    return replace(batch, features=features, injury=replace(injury, failed_rules=failed_rules))


def snr_db_of_leads(clean_uv: Float64Array, noisy_uv: Float64Array) -> Float64Array:
    """Return the signal-to-noise ratio of each lead of a record, shape (leads,); see `Injury.snr_db`."""
    noise_power, variance = mean_squares(noisy_uv - clean_uv), variances_of(clean_uv)
    snr_db = np.full(len(clean_uv), np.nan)
    known = (noise_power > 0) & (variance > 0)
    snr_db[known] = 10 * np.log10(variance[known] / noise_power[known])
    return snr_db
