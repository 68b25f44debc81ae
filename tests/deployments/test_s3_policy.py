"""The policy for S3, held against a server that enforces it: it is enough for all that a store does, and no more.

The server knows no conditions, so that they are left out there. Of a batch of deletions it asks for the bucket, where
S3 asks for each object.
"""

from __future__ import annotations

import copy
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from manifests import FOLDER, documents, read_json

from benchmarks.stores.servers import environment_of, free_port, store_server
from ecgfactory.storage.s3 import S3Store
from ecgfactory.storage.sealed import enclosing_in_store
from ecgfactory.storage.store import StoreError, Unfinished
from ecgfactory.storage.store_path import StorePath

POLICY = read_json("buckets/s3-policy.json")
BUCKET, PREFIX = POLICY["Statement"][0]["Resource"].removeprefix("arn:aws:s3:::").removesuffix("/*").split("/")
DELETE = "s3:DeleteObject"


def actions(policy: Any) -> list[str]:
    return [each for statement in policy["Statement"] for each in _listed(statement["Action"])]


def without(action: str) -> Any:
    """The policy without one of its actions."""
    policy = copy.deepcopy(POLICY)
    for statement in policy["Statement"]:
        statement["Action"] = [each for each in _listed(statement["Action"]) if each != action]
    policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
    return policy


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@dataclass(frozen=True)
class Enforcing:
    """A server on which nobody does anything but what policies allow.

    Parameters
    ----------
    url : str
        Where it listens.
    keys : mapping of str to (str, str)
        Of users who may do all that the policy allows (named ''), or all but the action that they are named by.
    """

    url: str
    keys: Mapping[str, tuple[str, str]]

    def become(self, user: str, patch: pytest.MonkeyPatch) -> None:
        """Set the provider's variables to those of a user."""
        key, secret = self.keys[user]
        for name, value in environment_of("s3", self.url).items():
            patch.setenv(name, value)
        patch.setenv("AWS_ACCESS_KEY_ID", key)
        patch.setenv("AWS_SECRET_ACCESS_KEY", secret)


@pytest.fixture(scope="module")
def enforcing() -> Iterator[Enforcing]:
    with store_server("s3", free_port()) as server:
        url = server.url
        session: Any = boto3.session.Session("admin", "admin", region_name="us-east-1")
        session.client("s3", endpoint_url=url).create_bucket(Bucket=BUCKET)
        client = session.client("iam", endpoint_url=url)
        keys = {user: _user(client, without(user)) for user in ["", *actions(POLICY)]}
        httpx.post(f"{url}/moto-api/reset-auth", content=b"0")
        yield Enforcing(url, keys)


def _user(client: Any, policy: Any) -> tuple[str, str]:
    for statement in policy["Statement"]:
        statement.pop("Condition", None)
    if DELETE in actions(policy):
        bucket = f"arn:aws:s3:::{BUCKET}"
        policy["Statement"].append({"Effect": "Allow", "Action": DELETE, "Resource": bucket})
    name = f"user-{secrets.token_hex(4)}"
    client.create_user(UserName=name)
    client.put_user_policy(UserName=name, PolicyName="datasets", PolicyDocument=json.dumps(policy))
    key = client.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def everything(folder: Path) -> None:
    """Do all that stores do."""
    store, place = S3Store(BUCKET), f"{PREFIX}/{secrets.token_hex(4)}"
    assert list(store.objects(f"{place}/")) == store.folders(f"{place}/") == store.unfinished(f"{place}/") == []
    store.abandon(Unfinished(f"{place}/never", "never", 0.0))
    store.delete([f"{place}/never"])
    assert store.stat(f"{place}/a") is None
    assert store.create(f"{place}/a", b"1") and not store.create(f"{place}/a", b"2")
    held = store.stat(f"{place}/a")
    assert held is not None and store.swap(f"{place}/a", b"3", held.version)
    large = folder / "large"
    large.write_bytes(os.urandom(store.single_bytes + 1))
    store.send(large, f"{place}/b", sha256(large.read_bytes()).hexdigest())
    store.copy(f"{place}/b", f"{place}/c")
    store.fetch(f"{place}/c", folder / "fetched")
    assert store.read(f"{place}/a") == b"3" and (folder / "fetched").read_bytes() == large.read_bytes()
    assert len(list(store.objects(f"{place}/"))) == 3
    store.delete([f"{place}/{name}" for name in "abc"])


def test_it_is_enough(enforcing: Enforcing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enforcing.become("", monkeypatch)
    everything(tmp_path)


@pytest.mark.parametrize("action", actions(POLICY))
def test_nothing_in_it_is_unneeded(
    action: str, enforcing: Enforcing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enforcing.become(action, monkeypatch)
    with pytest.raises(StoreError, match=r"may not .* grant them") as raised:
        everything(tmp_path)
    assert action in str(raised.value)


def test_it_ends_at_the_prefix_and_the_bucket(enforcing: Enforcing, monkeypatch: pytest.MonkeyPatch) -> None:
    enforcing.become("", monkeypatch)
    attempts: list[Callable[[], object]] = [
        lambda: S3Store(BUCKET).write("elsewhere/a", b""),
        lambda: S3Store(BUCKET).read("elsewhere/a"),
        lambda: list(S3Store("another").objects("")),
    ]
    for attempt in attempts:
        with pytest.raises(StoreError, match="may not"):
            attempt()
    assert enclosing_in_store(StorePath("s3", BUCKET, f"{PREFIX}/quickstart")) is None  # though it looks above, too


def test_lists_are_those_below_the_prefix() -> None:
    (listing,) = (each for each in POLICY["Statement"] if each["Action"] == "s3:ListBucket")
    assert listing["Condition"] == {"StringLikeIfExists": {"s3:prefix": f"{PREFIX}/*"}}


def test_the_other_files_are_of_the_same_place() -> None:
    (request,) = documents(FOLDER / "kubernetes" / "request.yaml")
    assert StorePath.parse(request["output"]) == StorePath("s3", BUCKET, PREFIX)
    rules = read_json("buckets/s3-lifecycle.json")["Rules"]
    assert all(rule["Filter"]["Prefix"].startswith(f"{PREFIX}/") for rule in rules)
