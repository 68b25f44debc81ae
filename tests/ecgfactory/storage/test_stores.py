"""Every kind of store keeps the contract, against a real server where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.storage.remote_store import RemoteStore
from ecgfactory.storage.store_path import StorePath
from ecgfactory.validation.store_contract import StoreContract
from tests.store_servers import PlaceMaker

pytestmark = pytest.mark.slow


class RemoteContract(StoreContract):
    """The contract, with sizes that make parts and pages of little."""

    @pytest.fixture(autouse=True)
    def little(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(RemoteStore, "single_bytes", 6 * 2**20)
        monkeypatch.setattr(RemoteStore, "part_bytes", 5 * 2**20)  # S3 takes no smaller ones
        monkeypatch.setattr(RemoteStore, "listed_at_once", 10)

    def test_markers_of_folders_are_no_objects(self, place: StorePath) -> None:
        store = place.store
        store.write(f"{place.name}/marked/", b"")
        store.write((place / "marked/file").name, b"x")
        assert [place.below(each.name) for each in store.objects(place.prefix)] == ["marked/file"]
        assert store.folders(place.prefix) == ["marked"]


class TestFolder(StoreContract):
    @pytest.fixture
    def place(self, place_of: PlaceMaker) -> StorePath:
        return place_of("file")

    def leave_unfinished(self, place: StorePath, name: str) -> bool:
        left = (Path("/") / name).with_name(".draft-of-a-killed-process")
        left.parent.mkdir(parents=True, exist_ok=True)
        left.touch()
        return True


class TestS3(RemoteContract):
    @pytest.fixture
    def place(self, place_of: PlaceMaker) -> StorePath:
        return place_of("s3")

    def leave_unfinished(self, place: StorePath, name: str) -> bool:
        client = place.store._client  # type: ignore[attr-defined]
        upload = client.create_multipart_upload(Bucket=place.bucket, Key=name)
        client.upload_part(Bucket=place.bucket, Key=name, UploadId=upload["UploadId"], PartNumber=1, Body=b"begun")
        return True


class TestGcs(RemoteContract):
    @pytest.fixture
    def place(self, place_of: PlaceMaker) -> StorePath:
        return place_of("gs")

    def leave_unfinished(self, place: StorePath, name: str) -> bool:
        place.store._blob(name).create_resumable_upload_session()  # type: ignore[attr-defined]
        return False

    def test_deleting_a_version(self, place: StorePath) -> None:
        pytest.skip("fake-gcs-server ignores the condition of a deletion; that it is asked for, test_remote_store sees")


class TestAzure(RemoteContract):
    @pytest.fixture
    def place(self, place_of: PlaceMaker) -> StorePath:
        return place_of("az")

    def leave_unfinished(self, place: StorePath, name: str) -> bool:
        place.store._container.get_blob_client(name).stage_block("0", b"begun")  # type: ignore[attr-defined]
        return True
