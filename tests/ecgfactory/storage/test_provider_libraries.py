"""The providers' libraries: where they look for credentials and endpoints, what is told where they are missing, and
what S3 alone needs."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import AccountSasPermissions, ResourceTypes, generate_account_sas

from benchmarks.stores.servers import AZURITE_KEY
from ecgfactory.storage import attempts, s3
from ecgfactory.storage.azure import AzureStore
from ecgfactory.storage.probe import store_problem
from ecgfactory.storage.remote_store import NoAccessError
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from ecgfactory.storage.stores import store_class
from ecgfactory.validation.store_contract import make_file
from tests.faulty_store import ALWAYS, Fault, answer_lost, faulty_store, refused
from tests.store_servers import SERVERS, PlaceMaker, StoreServer


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
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "STORAGE_EMULATOR_HOST"):
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


def test_a_profile_that_is_not_there_is_named(nobody: pytest.MonkeyPatch) -> None:
    nobody.setenv("AWS_PROFILE", "no-such-profile")
    sentence = told(StorePath("s3", "of-no-profile", "x"))
    assert "not accepted (there is no profile 'no-such-profile'); give them by" in sentence


@pytest.mark.parametrize("variable", ["AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"])
def test_credentials_with_the_end_of_a_line_are_not_taken_for_a_network_fault(
    variable: str, nobody: pytest.MonkeyPatch
) -> None:
    nobody.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        nobody.setenv(name, "secret")
    nobody.setenv(variable, "secret\n")
    with pytest.raises(NoAccessError, match="an end of line") as caught:
        store_class("s3")("of-a-broken-token").read("x")
    assert "secret" not in str(caught.value)


def test_a_file_of_credentials_that_is_not_there_is_named(nobody: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert f"(there is no file {str(tmp_path / 'none')!r})" in told(StorePath("gs", "without-a-file", "x"))


def test_a_variable_that_holds_what_should_be_in_a_file_is_not_repeated(nobody: pytest.MonkeyPatch) -> None:
    nobody.setenv("GOOGLE_APPLICATION_CREDENTIALS", '{"private_key": "secret"}')
    assert "secret" not in told(StorePath("gs", "with-a-key", "x"))


@pytest.mark.parametrize("logger", ["azure.identity._credentials.chained", "azure.core.pipeline.transport"])
def test_what_azure_tells_besides_errors_is_not_printed(logger: str) -> None:
    """Python prints warnings of loggers that nobody has set up; here pytest listens, so another process asks."""
    command = f"import logging, ecgfactory.storage.azure\nlogging.getLogger({logger!r}).warning('In vain.')"
    asked = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert asked.stderr == ""


@pytest.mark.parametrize(
    ("scheme", "name", "value"),
    [
        ("s3", "AWS_ENDPOINT_URL", "my store"),
        ("s3", "AWS_ENDPOINT_URL", "http://127.0.0.1:99999"),
        ("s3", "AWS_ENDPOINT_URL", "http://[::1"),
        ("gs", "STORAGE_EMULATOR_HOST", "ftp://my-store"),
        ("gs", "STORAGE_EMULATOR_HOST", "http://127.0.0.1:99999"),
        ("az", "AZURE_STORAGE_CONNECTION_STRING", "secret"),
        ("az", "AZURE_STORAGE_CONNECTION_STRING", "AccountName=a;AccountKey=aaaa;BlobEndpoint=http://127.0.0.1:99999"),
    ],
)
def test_an_endpoint_that_is_none_is_told_by_its_variable(
    scheme: str, name: str, value: str, nobody: pytest.MonkeyPatch
) -> None:
    nobody.setenv(name, value)
    with pytest.raises(NoAccessError) as caught:
        store_class(scheme)("with-a-wrong-endpoint").read("x")
    assert name in str(caught.value)
    assert "secret" not in str(caught.value)


def noted(signatures: list[str]) -> Fault:
    """The store answers, and what a request is signed for is kept."""

    def fault(proxied: Any) -> None:
        signatures.append(proxied.headers["Authorization"])
        proxied.answer(*proxied.forwarded(proxied.body()))

    return fault


PROFILE = "[default]\nregion = ap-south-1\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "us-west-2"}, "eu-central-1"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-west-2"}, "us-west-2"),
        ({}, "ap-south-1"),
    ],
)
def test_the_region_is_found_where_aws_s_other_tools_find_it(
    moto_server: StoreServer, place_of: PlaceMaker, tmp_path: Path, variables: dict[str, str], region: str
) -> None:
    signatures: list[str] = []
    with faulty_store(moto_server.url) as proxy:
        place = place_of.on(StoreServer("s3", proxy.url))
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            place_of.patch.delenv(name)
        place_of.patch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        (tmp_path / "config").write_text(PROFILE)
        for name, value in variables.items():
            place_of.patch.setenv(name, value)
        proxy.fail(noted(signatures), "^PUT")
        place.store.write(place.name, b"content")
    assert f"/{region}/s3/aws4_request" in signatures[0]


def test_a_region_that_is_none_is_told_with_where_it_belongs(nobody: pytest.MonkeyPatch) -> None:
    nobody.setenv("AWS_REGION", "bad region")
    place = StorePath("s3", "in-no-region", "x")
    with pytest.raises(NoAccessError) as caught:
        place.store.read(place.name)
    assert str(caught.value) == (
        "s3://in-no-region: 'bad region' is no region; give one like eu-central-1 by AWS_REGION or "
        "AWS_DEFAULT_REGION, or in the profile."
    )


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SERVERS)
@pytest.mark.parametrize(
    "answer",
    [refused(200), refused(200, "<!doctype html><html></html>", Content_Type="text/html"), refused(204)],
    ids=["200", "page", "204"],
)
def test_an_endpoint_at_which_something_else_answers_is_told_by_its_variable(
    scheme: str, answer: Fault, request: pytest.FixtureRequest, place_of: PlaceMaker
) -> None:
    """As a store's web console does at a port of its own."""
    server: StoreServer = request.getfixturevalue(SERVERS[scheme])
    with faulty_store(server.url) as proxy:
        place = place_of.on(StoreServer(scheme, proxy.url))
        proxy.fail(answer, times=ALWAYS)
        store, name = place.store, place.name
        for ask in (lambda: store.stat(name), lambda: list(store.objects(name)), lambda: store.create(name, b"x")):
            with pytest.raises(NoAccessError, match=f"{store.endpoint_from} holds no address of a store"):  # type: ignore[attr-defined]
                ask()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SERVERS)
@pytest.mark.parametrize(
    ("status", "location", "detail"),
    [
        (301, "https://127.0.0.1:9/bucket/x?sig=secret", "301, to https://127.0.0.1:9"),
        (307, "", "307"),
    ],
)
def test_an_endpoint_that_redirects_is_told_with_where_it_sends_who_asks(
    scheme: str, status: int, location: str, detail: str, request: pytest.FixtureRequest, place_of: PlaceMaker
) -> None:
    """As one does at which HTTPS is spoken at another port. Nobody listens where it sends who asks."""
    server: StoreServer = request.getfixturevalue(SERVERS[scheme])
    with faulty_store(server.url) as proxy:
        place = place_of.on(StoreServer(scheme, proxy.url))
        proxy.fail(refused(status, **({"Location": location} if location else {})), times=ALWAYS)
        store, name = place.store, place.name
        for ask in (lambda: store.stat(name), lambda: list(store.objects(name)), lambda: store.create(name, b"x")):
            with pytest.raises(NoAccessError) as caught:
                ask()
            assert f"the endpoint redirects elsewhere ({detail}" in str(caught.value)
            assert str(caught.value).endswith(f"write the address that it redirects to into {store.endpoint_from}.")  # type: ignore[attr-defined]
            assert "secret" not in str(caught.value)


OTHER_REGION = "<Error><Code>{}</Code><Message>Elsewhere.</Message><Region>eu-central-1</Region></Error>"


@pytest.mark.slow
@pytest.mark.parametrize(
    "faults",
    [
        {"^GET": refused(301, x_amz_bucket_region="eu-central-1")},
        {"^GET": refused(400, OTHER_REGION.format("AuthorizationHeaderMalformed"), Content_Type="application/xml")},
        {"^GET": refused(307), "^HEAD": refused(403, x_amz_bucket_region="eu-central-1")},
    ],
    ids=["header", "content", "bucket"],
)
def test_a_bucket_in_another_region_is_found_there(
    moto_server: StoreServer, place_of: PlaceMaker, faults: dict[str, Fault]
) -> None:
    signatures: list[str] = []
    with faulty_store(moto_server.url) as proxy:
        place = place_of.on(StoreServer("s3", proxy.url))
        place.store.write(place.name, b"content")
        for requests, fault in faults.items():
            proxy.fail(fault, requests)
        proxy.fail(noted(signatures), "^GET")
        assert place.read_bytes() == b"content"
    assert "/eu-central-1/s3/aws4_request" in signatures[0]


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


@pytest.mark.slow
def test_an_s3_server_that_keeps_no_checksums_takes_large_files_too(
    moto_server: StoreServer, place_of: PlaceMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(s3.S3Store, "single_bytes", 2**20)
    source, sha256 = make_file(tmp_path, 2**20 + 7)

    def without_checksum(proxied: Any) -> None:
        status, headers, content = proxied.forwarded(proxied.body())
        proxied.answer(status, {k: v for k, v in headers.items() if "checksum" not in k.lower()}, content)

    with faulty_store(moto_server.url) as proxy:
        place = place_of.on(StoreServer("s3", proxy.url))
        proxy.fail(without_checksum, "PUT .*partNumber=")
        place.store.send(source, (place / "large").name, sha256)
        assert (place / "large").read_bytes() == source.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "RequestTimeTooSkewed", "does not take requests of this machine's clock"),
        (400, "ExpiredToken", "credentials are missing or not accepted (400 ExpiredToken)"),
        (403, "InvalidAccessKeyId", "credentials are missing or not accepted (403 InvalidAccessKeyId)"),
    ],
)
def test_why_s3_refuses_to_describe_an_object_is_told(
    moto_server: StoreServer, place_of: PlaceMaker, status: int, code: str, words: str
) -> None:
    """The answer itself has no content that could say it."""
    with faulty_store(moto_server.url) as proxy:
        place = place_of.on(StoreServer("s3", proxy.url))
        proxy.fail(refused(status, f"<Error><Code>{code}</Code></Error>", Content_Type="application/xml"), times=ALWAYS)
        with pytest.raises(StoreError, match=re.escape(words)):
            place.store.stat(place.name)


@pytest.mark.slow
def test_a_copy_that_azure_has_not_ended_yet_is_waited_for(
    azurite_server: StoreServer, place_of: PlaceMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of a session that was killed."""
    monkeypatch.setattr(attempts, "FIRST_WAIT_S", 0.01)
    with faulty_store(azurite_server.url) as proxy:
        place = place_of.on(StoreServer("az", proxy.url))
        place.store.write((place / "a").name, b"content")
        proxy.fail(refused(409, x_ms_error_code="PendingCopyOperation"), "^PUT")
        place.store.copy((place / "a").name, (place / "b").name)
        assert (place / "b").read_bytes() == b"content"


@pytest.mark.slow
def test_a_signature_with_which_azure_copies_nothing_is_refused_before_work_begins(
    azurite_server: StoreServer, place_of: PlaceMaker
) -> None:
    """Azurite would copy; Azure takes the signature of a request for that of the target alone."""
    place = place_of.on(azurite_server)
    signature = generate_account_sas(
        "devstoreaccount1",
        AZURITE_KEY,
        ResourceTypes(object=True, container=True),
        AccountSasPermissions(read=True, write=True, delete=True, list=True, create=True),
        datetime.now(UTC) + timedelta(hours=1),
    )
    place_of.patch.setenv(
        "AZURE_STORAGE_CONNECTION_STRING",
        f"BlobEndpoint={azurite_server.url}/devstoreaccount1;SharedAccessSignature={signature}",
    )
    signed = AzureStore(place.bucket)
    signed.write((place / "there").name, b"content")
    assert signed.read((place / "there").name) == b"content", "who reads can have one"
    place_of.patch.setattr(StorePath, "store", signed)
    problem = store_problem(place)
    assert problem is not None
    assert "with a shared access signature the store copies nothing" in problem
    assert signature.partition("sig=")[2] not in problem
    assert [each.name for each in signed.objects(place.prefix)] == [(place / "there").name]
