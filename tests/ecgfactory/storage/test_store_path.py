from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecgfactory.errors import BadInputError
from ecgfactory.storage.place import as_place, is_address
from ecgfactory.storage.store_path import StorePath

SECRET = "wJalrXUtnFEMI"

parts = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters='/\\?#*"<>|@'), min_size=1)
names = st.lists(parts.filter(lambda part: part not in {".", ".."}), max_size=4).map("/".join)
buckets = st.from_regex(r"[a-z0-9][a-z0-9-]{1,20}", fullmatch=True)
addresses = st.builds("{}://{}/{}".format, st.sampled_from(["s3", "gs", "az"]), buckets, names) | st.builds(
    "file:///{}".format, names
)


@given(addresses)
def test_a_place_is_written_as_it_was_read(address: str) -> None:
    place = StorePath.parse(address)
    assert StorePath.parse(str(place)) == place == pickle.loads(pickle.dumps(place))
    assert str(place) == address.rstrip("/") or place.scheme == "file"
    assert as_place(address) == place


@given(addresses, parts)
def test_what_is_below_a_place_stays_below_it(address: str, name: str) -> None:
    place = StorePath.parse(address)
    below = place / name
    assert below.name.startswith(place.prefix)
    assert place.below(below.name) == name
    assert (below.parent, below.last) == (place, name)


@given(st.text(), st.sampled_from(["s3://", "gs://b/", "az://c/a/", "file://", "file:///", ""]))
def test_whatever_is_written_is_a_place_or_one_sentence(text: str, begun: str) -> None:
    try:
        place = StorePath.parse(begun + text)
    except BadInputError as error:
        assert str(error).endswith(".") and str(error).isprintable()
        return
    assert not {"", ".", ".."} & set(place.name.split("/")) or not place.name
    assert StorePath.parse(str(place)) == place


@given(addresses, st.sampled_from(["@", "?", "key@", "#x@"]), st.text(max_size=5), st.text(max_size=5))
def test_credentials_are_never_repeated(address: str, mark: str, before: str, after: str) -> None:
    assume(not {"@", "?", "#"} & set(before + after))
    scheme, _, rest = address.partition("://")
    given = (
        f"{scheme}://{rest}?{before}={SECRET}{after}" if mark == "?" else f"{scheme}://{before}:{SECRET}{mark}{rest}"
    )
    with pytest.raises(BadInputError) as caught:
        StorePath.parse(given)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://AKIA:ab/cd@bucket/x", "'s3://...@bucket/x' can't be an address (it holds credentials or settings"),
        ("az://box/x?sv=2024&sig=ab", "'az://box/x?...' can't be an address (it holds credentials or settings"),
        ("https://user:pw@host/x", "'https://...@host/x' is of no storage that is known; begin it with one of s3://"),
        ("s3://", "names no bucket); write one like s3://my-bucket/datasets."),
        ("s3://b:9000/x", "a bucket's name has letters, digits, '-', '_' or '.'"),
        (
            "az://dev.blob.core.windows.net/lake/x",
            "(a container's name has no dots, and the account's host does not belong there); write one like az://",
        ),
        ("gs://b/a/../c", "parts of it are empty or dots"),
        ("gs://b//a", "parts of it are empty or dots"),
        ("file://mnt/x", "a folder of this machine begins with a third slash); write one like file:///mnt/datasets."),
        ("s3://b/a\nb", "'s3://b/a\\nb' can't be an address (it holds characters"),
        ("s3://b/\udcff", "it holds characters"),
        (f"s3://b/{'ä' * 351}", "it is longer than 700 bytes"),
    ],
)
def test_each_fault_is_one_sentence_with_value_and_fix(address: str, words: str) -> None:
    with pytest.raises(BadInputError) as caught:
        StorePath.parse(address)
    assert words in str(caught.value)


@pytest.mark.parametrize("given", ["s3:/bucket/x", "s3:bucket", "GS:/b", Path("s3://bucket/x"), "file:/mnt/x"])
def test_an_address_that_lost_a_slash_is_no_path(given: str | Path) -> None:
    with pytest.raises(BadInputError, match=r"lacks a slash of an address; write it like (s3|gs|file)://"):
        as_place(given)


def test_paths_stay_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for written in ("s3", "./s3:/x", "a/s3://b", "C:/x", "data:1", tmp_path):
        assert as_place(written) == Path(written)
        assert not is_address(written)
    assert as_place("~/s3:") == tmp_path / "s3:"
