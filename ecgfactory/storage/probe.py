"""Finding out, before work begins, whether a store does what a build needs."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterator, Sequence

from ecgfactory.storage.attempts import while_someone_waits
from ecgfactory.storage.store import Store, StoreError
from ecgfactory.storage.store_path import StorePath

COPIED = "-copied"


def store_problem(place: StorePath) -> str | None:
    """Say in one sentence why datasets can't be built below a place; None where they can.

    An object of a name that nobody else has is made there, made again, replaced, read, listed, copied and deleted;
    nothing is left behind.
    """
    last = f".probe-{secrets.token_hex(8)}"
    name = (place / last).name
    copied = f"{name}{COPIED}"
    try:
        with while_someone_waits(), _deleted_after(place.store, [name, copied]):
            lack = _lack(place.store, name, copied)
    except StoreError as error:
        return re.sub(f"/?{re.escape(last)}({COPIED})?", "", str(error))  # it says nothing to anybody
    if lack is None:
        return None
    return f"{place}: its store {lack}; use one that keeps these conditions, as S3, GCS, Azure and MinIO do."


def _lack(store: Store, name: str, copied: str) -> str | None:
    """Say what a store that answers gets wrong; conditions are what keeps two builds from harming each other."""
    first, second, third = b"1\n", b"2\n", b"3\n"
    if not store.create(name, first):
        return "says of a new object that it is there already"
    if store.create(name, second) or store.read(name) != first:
        return "creates an object where there is one already (it ignores If-None-Match)"
    held = store.stat(name)
    if held is None or not store.swap(name, second, held.version):
        return "does not replace the version of an object that it has (it fails at If-Match)"
    if store.swap(name, third, held.version) or store.read(name) != second:
        return "replaces a version of an object that is gone (it ignores If-Match)"
    if [each.name for each in store.objects(name)] != [name]:
        return "does not list an object that was just written"
    store.copy(name, copied)
    if store.read(copied) != second:
        return "does not copy an object as it is"
    store.delete([name])
    if store.stat(name) is not None:
        return "shows an object that was just deleted"
    return None


@contextlib.contextmanager
def _deleted_after(store: Store, names: Sequence[str]) -> Iterator[None]:
    """Delete objects when the block ends; what keeps them from being deleted counts only where all else went well."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(StoreError):
            store.delete(names)
        raise
    store.delete(names)
