"""What a request's reference must be before any work is done: readable, and large enough."""

from __future__ import annotations

from collections.abc import Iterator

from ecgfactory.comparison.enough import FEWEST_RECORDS
from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.sources.opening import open_source
from ecgfactory.sources.pieces import SHORTEST, Pieces
from ecgfactory.sources.source import Chunk, Source


def reference_problems(request: BuildRequest) -> list[tuple[str, str]]:
    """Check, by its first ECGs, that a request's reference can be read and is large enough, and the dataset too.

    Returns
    -------
    list of (str, str)
        The key of the request that can't be met, and a sentence that says why and how to fix it.
    """
    asked = request.reference
    if asked.path is None:
        return []
    problems = []
    if request.records < FEWEST_RECORDS:
        problem = f"{request.records} are too few to compare; ask for {FEWEST_RECORDS} or leave the reference out."
        problems.append(("records", problem))
    try:
        source = open_source(asked.path, "reference", **asked.stated)
        beginning = Pieces(_Beginning(source))
    except BadInputError as error:
        return [*problems, *(("reference", problem) for problem in error.problems)]
    ecgs = int(beginning.group[-1]) + 1 if len(beginning) else 0
    if ecgs < FEWEST_RECORDS:
        why = f" ({'; '.join(notes)})" if (notes := source.notes()) else ""
        problem = f"{asked.path} holds {ecgs} ECGs that can be compared{why}; give at least {FEWEST_RECORDS}."
        problems.append(("reference", problem))
    return problems


class _Beginning(Source):
    """The ECGs of a source until there are as many long enough ones as a comparison needs."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._source = source

    def chunks(self) -> Iterator[Chunk]:
        found = 0
        for chunk in self._source.chunks():
            yield chunk
            found += len(chunk.names) if chunk.signals_uv.shape[-1] >= SHORTEST else 0
            if found >= FEWEST_RECORDS:
                return
