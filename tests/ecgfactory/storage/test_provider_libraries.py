"""The providers' libraries: where they look for credentials and endpoints, what is told where they are missing, and
what S3 alone needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ecgfactory.storage import s3
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from ecgfactory.validation.store_contract import make_file
from tests.faulty_store import answer_lost, faulty_store, refused
from tests.store_servers import PlaceMaker, StoreServer


def told(place: StorePath) -> str:
    with pytest.raises(StoreError) as caught:
        place.store.read(place.name)
    return str(caught.value)


def test_what_stays_on_this_machine_imports_none_of_them() -> None:
    code = (
        "import sys, ecgfactory\n"
        "from ecgfactory.storage.place import as_place\n"
        "from ecgfactory.storage.probe import store_problem\n"
        "as_place('s3://bucket/x'), as_place('file:///tmp').store\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'boto3', 'botocore', 'google', 'azure'}))"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout == "[]\n"


@pytest.mark.parametrize(
    ("scheme", "module", "extra"),
    [("s3", "boto3", "s3"), ("gs", "google.cloud.storage", "gcs"), ("az", "azure.storage.blob", "azure")],
)
def test_a_library_that_is_not_installed_is_told_with_what_brings_it(scheme: str, module: str, extra: str) -> None:
    code = (
        "import sys\n"
        f"sys.modules[{module!r}] = None\n"
        "from ecgfactory.storage.store import StoreError\n"
        "from ecgfactory.storage.store_path import StorePath\n"
        "try:\n"
        f"    StorePath.parse('{scheme}://bucket/x').store\n"
        "except StoreError as error:\n"
        "    print(error)"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.startswith(f"{scheme}:// needs ")
    assert result.stdout.endswith(f"isn't installed here; run `pip install 'ecgfactory[{extra}]'`.\n")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Credentials of nobody."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "STORAGE_EMULATOR_HOST"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.mark.parametrize(
    ("scheme", "where"),
    [("s3", "AWS_PROFILE"), ("gs", "GOOGLE_APPLICATION_CREDENTIALS"), ("az", "AZURE_STORAGE_CONNECTION_STRING")],
)
def test_credentials_that_are_missing_are_told_with_where_they_belong(
    scheme: str, where: str, nobody: pytest.MonkeyPatch
) -> None:
    sentence = told(StorePath(scheme, "without-credentials", "x"))
    assert "credentials are missing or not accepted" in sentence
    assert where in sentence


def test_what_azure_tells_of_its_search_for_credentials_is_not_printed() -> None:
    """Python prints warnings of loggers that nobody has set up; here pytest listens, so another process asks."""
    command = (
        "import logging, ecgfactory.storage.azure\n"
        "logging.getLogger('azure.identity._credentials.chained').warning('Attempted credentials')"
    )
    asked = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert asked.stderr == ""


@pytest.mark.parametrize(
    ("scheme", "name", "value"),
    [
        ("s3", "AWS_ENDPOINT_URL", "my store"),
        ("gs", "STORAGE_EMULATOR_HOST", "ftp://my-store"),
        ("az", "AZURE_STORAGE_CONNECTION_STRING", "secret"),
    ],
)
def test_an_endpoint_that_is_none_is_told_by_its_variable(
    scheme: str, name: str, value: str, nobody: pytest.MonkeyPatch
) -> None:
    nobody.setenv(name, value)
    sentence = told(StorePath(scheme, "with-a-wrong-endpoint", "x"))
    assert name in sentence
    assert "secret" not in sentence


TOO_LARGE = (
    "<Error><Code>InvalidRequest</Code><Message>The specified copy source is larger than the maximum allowable size "
    "for a copy source: 5368709120</Message></Error>"
)


@pytest.mark.slow
def test_s3_copies_what_is_too_large_for_one_request_in_parts(
    moto_server: StoreServer, place_of: PlaceMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(s3, "COPIED_AT_ONCE_BYTES", 5 * 2**20)
    source, sha256 = make_file(tmp_path, 11 * 2**20 + 7)
    with faulty_store(moto_server.url) as proxy:
        place = place_of.on(StoreServer("s3", proxy.url))
        place.store.send(source, (place / "large").name, sha256)
        proxy.fail(refused(400, TOO_LARGE), "PUT .*/copied$")  # as S3 answers, and moto does not
        place.store.copy((place / "large").name, (place / "copied").name)
        assert (place / "copied").read_bytes() == source.read_bytes()
    held = place.store.stat((place / "copied").name)
    assert held is not None and held.version.endswith("-3"), "three parts"


@pytest.mark.slow
def test_an_upload_in_parts_that_ended_unheard_has_ended(
    moto_server: StoreServer, place_of: PlaceMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(s3.S3Store, "single_bytes", 2**20)
    source, sha256 = make_file(tmp_path, 2**20 + 7)
    with faulty_store(moto_server.url) as proxy:
        place = place_of.on(StoreServer("s3", proxy.url))
        proxy.fail(answer_lost, "POST .*uploadId=")
        place.store.send(source, (place / "large").name, sha256)
        assert (place / "large").read_bytes() == source.read_bytes()
