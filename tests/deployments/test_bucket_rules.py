"""Lifecycle rules and roles of buckets: as the providers' libraries want them, and in agreement with retention."""

from __future__ import annotations

import re

import boto3
import pytest
from google.cloud.storage import Bucket, Client
from manifests import FOLDER, documents, read_json
from moto import mock_aws

from ecgfactory.retention.retention_request import RetentionRequest
from ecgfactory.session.workspace import SESSIONS_FOLDER
from ecgfactory.storage.gcs import GcsStore

BUCKET, PREFIX = "datasets.example.org", "ecg/"
SESSIONS = f"{PREFIX}{SESSIONS_FOLDER}/"


def test_s3_takes_the_lifecycle_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    wanted = read_json("buckets/s3-lifecycle.json")
    with mock_aws():
        client = boto3.session.Session("id", "key", region_name="us-east-1").client("s3")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration=wanted)
        held = client.get_bucket_lifecycle_configuration(Bucket=BUCKET)
    assert held["Rules"] == wanted["Rules"]


def test_google_s_library_reads_the_lifecycle_rules() -> None:
    wanted = read_json("buckets/gcs-lifecycle.json")["rule"]
    bucket = Bucket(Client.create_anonymous_client(), BUCKET)
    bucket.lifecycle_rules = wanted
    assert [dict(rule) for rule in bucket.lifecycle_rules] == wanted
    conditions = [rule["condition"] for rule in wanted]
    assert all(condition.keys() <= {"age", "daysSinceNoncurrentTime", "matchesPrefix"} for condition in conditions)


def expiries() -> dict[str, list[tuple[str, float]]]:
    """Prefixes whose present objects expire, each with the days until then."""
    s3 = [
        (rule["Filter"]["Prefix"], rule["Expiration"]["Days"])
        for rule in read_json("buckets/s3-lifecycle.json")["Rules"]
        if "Days" in rule.get("Expiration", {})
    ]
    google = [
        (prefix, rule["condition"]["age"])
        for rule in read_json("buckets/gcs-lifecycle.json")["rule"]
        if "daysSinceNoncurrentTime" not in rule["condition"]
        for prefix in rule["condition"]["matchesPrefix"]
    ]
    azure = [
        (prefix.partition("/")[2], definition["actions"]["baseBlob"]["delete"]["daysAfterModificationGreaterThan"])
        for definition in (rule["definition"] for rule in read_json("buckets/azure-lifecycle.json")["rules"])
        if "baseBlob" in definition["actions"]
        for prefix in definition["filters"]["prefixMatch"]
    ]
    return {"s3": s3, "gs": google, "az": azure}


@pytest.mark.parametrize("kind", ["s3", "gs", "az"])
def test_nothing_but_sessions_expires_and_later_than_retention_takes_them(kind: str) -> None:
    ((prefix, days),) = expiries()[kind]
    request = RetentionRequest()
    assert prefix == SESSIONS
    for hours in (request.dead_session_hours, request.failed_session_hours, request.cancelled_session_hours):
        assert hours is not None and 24 * days > 2 * hours


def test_the_google_role_holds_what_the_store_asks_for() -> None:
    (role,) = documents(FOLDER / "buckets" / "gcs-role.yaml")
    words = " ".join(GcsStore.permissions.values())
    assert role["includedPermissions"] == sorted(set(re.findall(r"storage\.objects\.[a-z]+", words)))


def test_the_azure_role_has_data_of_blobs_alone() -> None:
    role = read_json("buckets/azure-role.json")
    blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
    assert role["DataActions"] == [f"{blobs}/{what}" for what in ("read", "write", "delete")]
    assert role["Actions"] == role["NotActions"] == role["NotDataActions"] == []
