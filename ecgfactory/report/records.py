"""Any record of a dataset to look at: an accepted one is read, a rejected one is made again."""

from __future__ import annotations

import pyarrow.compute as pc

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.candidates.remake import remade
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.record import Record, record_id


def any_record(files: DatasetFiles, wanted: str, clean: bool = False) -> Record:
    """Return an accepted record or a rejected candidate.

    Parameters
    ----------
    files : DatasetFiles
        The dataset.
    wanted : str
        Record id, leading zeros optional.
    clean : bool
        Whether an accepted record is read without its artefacts; a rejected candidate has none.

    Raises
    ------
    BadInputError
        When there is neither, the nearest record is named; or when there are no clean records.
    DamagedDatasetError
        When a file can't be read.
    """
    number = int(wanted) if wanted.isdecimal() else -1
    rows = files.rejected_table.filter(pc.field("candidate") == number).to_pylist()
    if not rows:
        return files.clean_record(wanted) if clean else files.record(wanted)
    row = rows[0]
    batch = remade(files.plan, row["candidate"])
    return Record(
        record_id(row["candidate"]),
        files.plan.lead_names,
        batch.signals_uv[0],
        files.plan.seed,
        files.plan.recorder.rate_hz,
        str(files.plan.recorder.filters),
        features={name: row[name] for name in row if name in files.measured},
        reasons=tuple(row["reasons"]),
        dataset=files.title,
        artefacts=ArtefactTable.of_rows(files.plan.lead_names, 1, [], []) if files.plan.artefacts else None,
    )
