"""Carrying retention's decisions out in a store: each thing under the lease of its plan, what makes it one first.

A dataset goes with its manifest, and a session with its plan: nobody finds it any more, and what else it has is deleted
then. What a killed retention leaves of it is a leftover for the next one, as are the lapsed leases.
"""

from __future__ import annotations

from collections.abc import Sequence

from ecgfactory.dataset.names import LATEST, MANIFEST_FILE
from ecgfactory.dataset.store_shelf import latest_in
from ecgfactory.retention.decisions import Decision
from ecgfactory.retention.items import DatasetItem
from ecgfactory.retention.store_inventory import UPLOADS, look_at_dataset
from ecgfactory.session.lease import Lease, LeaseLostError, leased
from ecgfactory.session.lease_state import LEASE_FILE
from ecgfactory.session.store_sessions import read_plan, unpublish
from ecgfactory.session.workspace import PLAN_FILE, SESSIONS_FOLDER
from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.faults import fault_point
from ecgfactory.storage.store import Store, StoreError
from ecgfactory.storage.store_clock import CLOCK
from ecgfactory.storage.store_path import StorePath


class _StaysError(Exception):
    """Why something is not removed after all."""


def carry_out(output: StorePath, decisions: list[Decision]) -> list[Decision]:
    """Remove what is to be removed; several retentions do not disturb each other.

    Parameters
    ----------
    output : StorePath
        The output.
    decisions : list of Decision
        What is to happen.

    Returns
    -------
    list of Decision
        What has happened: a thing that is in use by now stays, and one that can't be removed is named.
    """
    turned_out = [_remove(output, d) if d.action == "remove" else d for d in decisions]
    fault_point("items-renamed")
    return turned_out


def _remove(output: StorePath, decision: Decision) -> Decision:
    place = output / decision.path.removesuffix(UPLOADS)
    try:
        if place.last == LATEST:
            _remove_latest(place)
        elif place == output / SESSIONS_FOLDER / CLOCK:
            place.store.delete([stored.name for stored in place.store.objects(place.prefix)])
        else:
            with leased(output / SESSIONS_FOLDER / place.last / LEASE_FILE, _refuse) as lease:
                _remove_under(lease, output, place, decision)
    except _StaysError as reason:
        return decision.turned("keep", str(reason))
    except LeaseLostError:
        return decision.turned("keep", "a session has taken it up meanwhile")
    except StoreError as error:
        return decision.turned("failed", str(error))
    return decision


def _refuse() -> None:
    raise _StaysError("a session has taken it up meanwhile")


def _remove_under(lease: Lease, output: StorePath, place: StorePath, decision: Decision) -> None:
    kept = output / SESSIONS_FOLDER / place.last
    if decision.path.endswith(UPLOADS):
        with lease.only_while_held():
            at_once(place.store.abandon, place.store.unfinished(place.prefix))
    elif decision.kind == "dataset":
        _check_dataset(place)
        unpublish(place, lease)
        fault_point("item-renamed")
        _empty(lease, place)
    elif decision.kind == "session":
        _remove_session(lease, output, kept)
    elif (plan := read_plan(kept)) is not None and place in (kept, output / plan.request.name / place.last):
        _refuse()
    elif place != kept and (place / MANIFEST_FILE).is_file():
        raise _StaysError("it is complete by now")
    else:
        fault_point("item-renamed")
        _empty(lease, place)


def _check_dataset(place: StorePath) -> None:
    item = look_at_dataset(place)
    if not isinstance(item, DatasetItem):
        raise _StaysError(item.why)
    if reason := item.pinned_by or ("latest names it by now" if item.is_latest else ""):
        raise _StaysError(reason)


def _remove_session(lease: Lease, output: StorePath, kept: StorePath) -> None:
    """Remove a session, and what it has of its dataset while that is not published."""
    plan = read_plan(kept)
    if plan is None:
        return
    _delete(lease, kept.store, [(kept / PLAN_FILE).name])
    fault_point("item-renamed")
    draft = output / plan.request.name / kept.last
    if not (draft / MANIFEST_FILE).is_file():
        _empty(lease, draft)
    _empty(lease, kept)


def _remove_latest(latest: StorePath) -> None:
    if latest_in(latest.parent) is not None:
        raise _StaysError("it names a dataset that is there by now")
    latest.store.delete([latest.name])


def _empty(lease: Lease, place: StorePath) -> None:
    """Delete all that is below a place but a lease, and free what its unfinished uploads hold."""
    lease_file = (place / LEASE_FILE).name
    found = [stored.name for stored in place.store.objects(place.prefix) if stored.name != lease_file]
    half = len(found) // 2
    _delete(lease, place.store, found[:half])
    fault_point("trash-half-emptied")
    _delete(lease, place.store, found[half:])
    with lease.only_while_held():
        at_once(place.store.abandon, place.store.unfinished(place.prefix))


def _delete(lease: Lease, store: Store, found: Sequence[str]) -> None:
    with lease.only_while_held():
        store.delete(found)
