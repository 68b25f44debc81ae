from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.formats import FORMATS
from ecgfactory.generators import GENERATORS
from ecgfactory.quality.features import EXTRA_FEATURES
from ecgfactory.registry import Package
from tests.plugin_package import write_package


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which Python imports, and regards what is in it as installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def brings(folder: Path, entry: str, group: str = "ecgfactory.formats", package: str = "ecg-a") -> None:
    write_package(folder, package, "0.1", f"[{group}]\n{entry}\n")


def test_members_of_ecgfactory_come_first_and_belong_to_no_package() -> None:
    assert list(FORMATS)[:3] == ["parquet", "wfdb", "csv"]
    assert "csv" in FORMATS
    assert FORMATS.package("csv") is None
    assert FORMATS.load("csv").name == "csv"


def test_naming_members_imports_none_of_them() -> None:
    code = (
        "import sys\n"
        "from ecgfactory.formats import FORMATS\n"
        "from ecgfactory.generators import GENERATORS\n"
        "assert 'parquet' in list(FORMATS) and 'deepfakeecg' in list(GENERATORS)\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'numpy', 'pyarrow', 'torch'}])"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout == "[]\n"


def test_a_package_s_member_is_named_with_its_package(installed: Path) -> None:
    brings(installed, "mine = my_format:Mine")
    assert list(FORMATS)[-1] == "mine"
    assert FORMATS.package("mine") == Package("ecg-a", "0.1")


def test_an_unknown_name_is_told_with_those_known() -> None:
    with pytest.raises(BadInputError, match=r"^'parket' is not a format; choose from parquet, wfdb, csv, .*\.$"):
        FORMATS.load("parket")


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("ecgfactory.formats", "csv"),
        ("ecgfactory.generators", "deepfakeecg"),
        ("ecgfactory.quality_rules", "heart_rate_bpm"),
    ],
)
def test_a_package_can_t_take_a_name_of_ecgfactory_s_own(installed: Path, group: str, name: str) -> None:
    registries = {"ecgfactory.formats": FORMATS, "ecgfactory.generators": GENERATORS}
    brings(installed, f"{name} = my_module:Mine", group)
    with pytest.raises(BadInputError, match=f"package ecg-a 0.1 brings a .* '{name}', which is a name of ecgfactory"):
        registries.get(group, EXTRA_FEATURES).load(name)


def test_a_package_can_t_take_the_name_of_a_clean_twin(installed: Path) -> None:
    brings(installed, "raw_clean = my_module:Mine")
    with pytest.raises(BadInputError, match=r"ecg-a 0\.1 brings a format 'raw_clean', which ends in '_clean' as"):
        FORMATS.load("raw_clean")


def test_two_packages_can_t_share_a_name(installed: Path) -> None:
    for package in ("ecg-a", "ecg-b"):
        brings(installed, "mine = my_format:Mine", package=package)
    with pytest.raises(BadInputError, match=r"packages ecg-. 0.1 and ecg-. 0.1 each bring a format 'mine'; uninstall"):
        FORMATS.load("mine")


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (None, r"\(ModuleNotFoundError: No module named 'broken_\w+'\)"),
        ("import nothing_there", r"\(ModuleNotFoundError: No module named 'nothing_there'\)"),
        ("1 / 0", r"\(ZeroDivisionError: division by zero\)"),
        ("", r"\(AttributeError: module 'broken_\w+' has no attribute 'Mine'\)"),
        ("class Mine: name = 'mine'", r"\(broken_\w+:Mine is not a Format\)"),
        (
            "from ecgfactory.formats.base import Format\nclass Mine(Format): name = 'other'",
            r"\(broken_\w+:Mine calls itself 'other'\)",
        ),
    ],
    ids=["no-module", "missing-library", "crash", "no-class", "other-class", "other-name"],
)
def test_a_broken_package_is_told_when_its_member_is_used(
    installed: Path, request: pytest.FixtureRequest, module: str | None, words: str
) -> None:
    name = f"broken_{request.node.callspec.id.replace('-', '_')}"
    if module is not None:
        (installed / f"{name}.py").write_text(module, encoding="utf-8")
    brings(installed, f"mine = {name}:Mine")
    assert "mine" in FORMATS
    FORMATS.check("csv")
    with pytest.raises(BadInputError, match=f"^format 'mine' of package ecg-a 0.1 can't be used {words}; install"):
        FORMATS.check("mine")
