"""The kinds of stores, by the schemes of their addresses."""

from __future__ import annotations

import os
from functools import lru_cache

from ecgfactory.registry import Registry
from ecgfactory.storage.store import Store, StoreError

STORES: Registry[type[Store]] = Registry(
    "storage",
    "ecgfactory.stores",
    "ecgfactory.storage.store:Store",
    {
        "s3": "ecgfactory.storage.s3:S3Store",
        "gs": "ecgfactory.storage.gcs:GcsStore",
        "az": "ecgfactory.storage.azure:AzureStore",
        "file": "ecgfactory.storage.folder_store:FolderStore",
    },
)


_EXTRAS = {"s3": "s3", "gs": "gcs", "az": "azure"}
"""What brings the provider's library, by scheme."""


def store_of(scheme: str, bucket: str) -> Store:
    """Return the store of a bucket: one in each process, since connections don't survive a fork."""
    return _store_of(scheme, bucket, os.getpid())


def store_class(scheme: str) -> type[Store]:
    """Return the class of a kind of store, connecting to none.

    Raises
    ------
    StoreError
        When the provider's library isn't installed.
    """
    try:
        return STORES.load(scheme)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{scheme}:// needs {error.name}, which isn't installed here; run "
            f"`pip install 'ecgfactory[{_EXTRAS[scheme]}]'`."
        ) from error


@lru_cache(maxsize=32)
def _store_of(scheme: str, bucket: str, _process: int) -> Store:
    return store_class(scheme)(bucket)
