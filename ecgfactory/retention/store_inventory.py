"""What an output in a store holds, by listing it: sessions, datasets and leftovers of ours; and what is not ours.

A dataset is there when its manifest is. What is at the place of a dataset without one belongs to the session of its
plan, if there is one; else it is a leftover, when everything there has a name that files of datasets have.

The store is asked a few times for each dataset and session, and once for each 1,000 objects of theirs. What is below
names that are not ours is not listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import ValidationError

from ecgfactory.dataset import names
from ecgfactory.dataset.store_shelf import latest_in, named_by_latest
from ecgfactory.errors import BadInputError
from ecgfactory.formats import CLEAN_SUFFIX, FORMATS
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.pictures.paths import IMAGES_FOLDER
from ecgfactory.request.build_request import NAME_PATTERN
from ecgfactory.retention.items import DatasetItem, Item, LeftoverItem, ManifestHead, SessionItem, UnknownItem
from ecgfactory.session.lease_state import LEASE_FILE, find_lease
from ecgfactory.session.store_sessions import PLAN_ID, read_plan, state_of, time_there
from ecgfactory.session.workspace import PLAN_FILE, SESSIONS_FOLDER
from ecgfactory.storage.attempts import while_someone_waits
from ecgfactory.storage.disk_use import DiskUse
from ecgfactory.storage.sealed import enclosing_in_store, inside_words
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_clock import CLOCK
from ecgfactory.storage.store_path import StorePath

UPLOADS = " (unfinished uploads)"
"""How the path of what takes room without being listed ends."""


@dataclass
class _Known:
    """What was found so far.

    Parameters
    ----------
    live : set of str
        Plans that a session has at this moment.
    begun : dict of str to str
        Name of the dataset of each plan that a session works, or worked, on.
    lapsed : set of str
        Plans that have a lease that nobody has, and no session: as a removal leaves them that was cut short.
    """

    live: set[str] = field(default_factory=set)
    begun: dict[str, str] = field(default_factory=dict)
    lapsed: set[str] = field(default_factory=set)


def take_inventory(output: StorePath) -> list[Item]:
    """Look at everything in an output in a store, changing nothing.

    Raises
    ------
    BadInputError
        When it is inside a dataset.
    StoreError
        When the store can't be read.
    """
    if problem := output_problem(output):
        raise BadInputError(f"output: {problem}")
    known = _Known()
    sessions = list(_sessions(output, known))
    datasets = [
        item
        for name in output.store.folders(output.prefix)
        if name != SESSIONS_FOLDER
        for item in _look_at_name(output / name, known)
    ]
    return [*_links(output), *datasets, *sessions, *_uploads(output, known)]


def output_problem(output: StorePath) -> str | None:
    """Say why a place can't be an output to clean up, if it can't; one in which nothing is yet can."""
    with while_someone_waits():
        dataset = enclosing_in_store(output)
    if dataset is not None:
        return f"{output} {inside_words(dataset)}"
    return None


def look_at_dataset(place: StorePath) -> DatasetItem | UnknownItem:
    """Say what is at the place of a dataset."""
    path = f"{place.parent.last}/{place.last}"
    try:
        head = ManifestHead.model_validate_json((place / names.MANIFEST_FILE).read_bytes())
    except FileNotFoundError:
        return UnknownItem(path, f"no {names.MANIFEST_FILE}: not a dataset")
    except ValidationError:
        return UnknownItem(path, f"its {names.MANIFEST_FILE} can't be read")
    if (head.name, head.plan_id) != (place.parent.last, place.last):
        return UnknownItem(path, f"its {names.MANIFEST_FILE} is that of {head.name}/{head.plan_id}")
    is_pinned = (place / names.PIN_FILE).is_file()
    return DatasetItem(
        path=path,
        use=_measured(place)[0],
        name=head.name,
        published_at=head.published_at.timestamp(),
        pinned_by=f"pinned by its object {names.PIN_FILE}" if is_pinned else head.pinned_by,
        is_latest=named_by_latest(place.parent) == place.last,
    )


def _sessions(output: StorePath, known: _Known) -> Iterator[Item]:
    sessions = output / SESSIONS_FOLDER
    found = output.store.folders(sessions.prefix)
    yield from _links(sessions, f"{SESSIONS_FOLDER}/")
    now = time_there(output) if found else 0.0
    for name in found:
        path = f"{SESSIONS_FOLDER}/{name}"
        if name == CLOCK:
            use, written_at = _measured(sessions / name)
            yield LeftoverItem(path, use, "what a look at the store's clock left", written_at)
        elif not PLAN_ID.fullmatch(name):
            yield UnknownItem(path, "not a session")
        elif (item := _look_at_session(output, sessions / name, now, known)) is not None:
            yield item


def _look_at_session(output: StorePath, kept: StorePath, now: float, known: _Known) -> Item | None:
    """Say what is at the place of a session; None for the lease of somebody who only looks."""
    path, plan_id = f"{SESSIONS_FOLDER}/{kept.last}", kept.last
    try:
        lease = find_lease(kept / LEASE_FILE)
    except StoreError as error:
        known.live.add(plan_id)  # perhaps
        return UnknownItem(path, str(error))
    if lease is not None and not lease.is_lapsed(now):
        known.live.add(plan_id)
    plan = read_plan(kept)
    use, written_at = _measured(kept)
    if plan is not None:
        known.begun[plan_id] = plan.request.name
        draft = _draft_of(output, plan_id, plan.request.name)
        both = DiskUse(use.unshared_bytes + draft.unshared_bytes)
        seen_at = written_at if lease is None else lease.modified_at
        return SessionItem(path, both, state_of(kept, plan, lease, now), seen_at)
    if (kept / PLAN_FILE).is_file():
        known.live.add(plan_id)  # perhaps
        return UnknownItem(path, f"no readable {PLAN_FILE}: not a session")
    if plan_id in known.live:
        return None
    if lease is None:
        return LeftoverItem(path, use, "left where a session was", written_at)
    known.lapsed.add(plan_id)
    return LeftoverItem(path, use, "lease that nobody has")


def _draft_of(output: StorePath, plan_id: str, name: str) -> DiskUse:
    """Measure what a session has of its dataset, while that is not published."""
    place = output / name / plan_id
    return DiskUse() if (place / names.MANIFEST_FILE).is_file() else _measured(place)[0]


def _look_at_name(datasets: StorePath, known: _Known) -> list[Item]:
    """Look at the datasets of a name; where nothing of ours is, that is a single unknown thing."""
    if NAME_PATTERN.fullmatch(datasets.last) is None:
        return [UnknownItem(datasets.last, "its name can't be that of a dataset")]
    found = [_look_beside_datasets(datasets / name, known) for name in datasets.store.folders(datasets.prefix)]
    items = [item for item in (*found, _look_at_latest(datasets)) if item is not None]
    items += _links(datasets, f"{datasets.last}/")
    if all(isinstance(item, UnknownItem) for item in items):
        return [] if None in found else [UnknownItem(datasets.last, "holds no dataset")]
    return items


def _links(place: StorePath, before: str = "") -> list[UnknownItem]:
    """Name what leads out of the output; what is there is neither looked at nor deleted."""
    found = place.store.links(place.prefix)
    return [UnknownItem(f"{before}{name}", "a symbolic link, which is not followed") for name in found]


def _look_beside_datasets(place: StorePath, known: _Known) -> Item | None:
    """Say what is at the place of a dataset; None for what belongs to a session."""
    item, plan_id = look_at_dataset(place), place.last
    if isinstance(item, DatasetItem) or (place / names.MANIFEST_FILE).is_file() or not PLAN_ID.fullmatch(plan_id):
        return item
    if plan_id in known.live or known.begun.get(plan_id) == place.parent.last:
        return None
    use, written_at = _measured(place)
    if plan_id in known.lapsed:
        return LeftoverItem(item.path, use, "left by a removal that was cut short")
    if _could_be_ours(place):
        return LeftoverItem(item.path, use, "dataset that is not complete", written_at)
    return item


def _look_at_latest(datasets: StorePath) -> Item | None:
    stored = datasets.store.stat((datasets / names.LATEST).name)
    if stored is None:
        return None
    path = f"{datasets.last}/{names.LATEST}"
    if not PLAN_ID.fullmatch(named_by_latest(datasets)):
        return UnknownItem(path, "names no dataset")
    if latest_in(datasets) is not None:
        return None
    return LeftoverItem(path, DiskUse(stored.size_bytes), "names a dataset that is gone", stored.modified_at)


def _could_be_ours(place: StorePath) -> bool:
    """Whether everything at a place has a name that a file of a dataset has."""
    kinds = [*FORMATS, *(f"{name}{CLEAN_SUFFIX}" for name in FORMATS)]
    ours = {IMAGES_FOLDER, *names.TOP, *(format_named(name).top_folder() for name in kinds)}
    return all(place.below(stored.name).split("/")[0] in ours for stored in place.store.objects(place.prefix))


def _uploads(output: StorePath, known: _Known) -> Iterator[LeftoverItem]:
    """Yield the places of ours, of which no session has the plan, below which uploads were not ended."""
    begun_at: dict[str, float] = {}
    for upload in output.store.unfinished(output.prefix):
        top, plan_id, *below = [*output.below(upload.name).split("/"), ""]
        is_ours = PLAN_ID.fullmatch(plan_id) and (top == SESSIONS_FOLDER or NAME_PATTERN.fullmatch(top))
        if is_ours and any(below) and plan_id not in known.live:
            path = f"{top}/{plan_id}"
            begun_at[path] = max(upload.begun_at, begun_at.get(path, 0.0))
    for path, newest in begun_at.items():
        yield LeftoverItem(f"{path}{UPLOADS}", DiskUse(), "uploads that were never ended", newest)


def _measured(place: StorePath) -> tuple[DiskUse, float]:
    """Return what the objects below a place take, and when one of them was last written."""
    size_bytes, written_at = 0, 0.0
    for stored in place.store.objects(place.prefix):
        size_bytes += stored.size_bytes
        written_at = max(written_at, stored.modified_at)
    return DiskUse(size_bytes), written_at
