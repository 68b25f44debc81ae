"""The members of an extension point by name: those of ecgfactory itself, and those that installed packages bring."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from ecgfactory.errors import BadInputError, shown

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Member = TypeVar("Member")


class Package(NamedTuple):
    """An installed package that brings a member."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Registry(Generic[Member]):
    """Members of one extension point, by name; each is imported on first use, so that naming them costs nothing.

    A package brings a member by an entry point of the registry's group, whose name is the member's own `name`:

        [project.entry-points."ecgfactory.formats"]
        raw = "my_package.raw:RawFormat"

    Parameters
    ----------
    noun : str
        What a member is, in messages.
    group : str
        The group of entry points.
    base : str
        "module:attribute" of the class that members derive from, or are instances of.
    built_in : mapping of str to str
        "module:attribute" of ecgfactory's own members, by name.
    taken : collection of str
        Further names that no package may use.
    taken_ending : str
        Names that end so are not for packages either; none where it is empty.
    """

    def __init__(
        self,
        noun: str,
        group: str,
        base: str,
        built_in: Mapping[str, str],
        taken: Collection[str] = (),
        taken_ending: str = "",
    ) -> None:
        self._noun, self._group, self._base = noun, group, base
        self._built_in = dict(built_in)
        self._taken = taken
        self._taken_ending = taken_ending

    def __iter__(self) -> Iterator[str]:
        """Names: ecgfactory's own in their order, then those of packages, sorted."""
        yield from self._built_in
        yield from sorted(self._installed().keys() - self._built_in.keys())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._built_in or name in self._installed()

    def load(self, name: str) -> Member:
        """Import a member.

        Raises
        ------
        BadInputError
            When there is none of that name, a package uses a name that is taken, or what it brings can't be
            used.
        """
        entry = self._entry(name)
        if entry is None:
            return cast(Member, _imported(self._built_in[name]))
        try:
            member = entry.load()
        except Exception as error:  # whatever the package raises, the message names the package
            raise self._unusable(entry, f"{type(error).__name__}: {' '.join(str(error).split())}") from error
        base = _imported(self._base)
        if not (isinstance(member, base) or (isinstance(member, type) and issubclass(member, base))):
            raise self._unusable(entry, f"{entry.value} is not a {base.__name__}")
        if getattr(member, "name", None) != name:
            raise self._unusable(entry, f"{entry.value} calls itself {getattr(member, 'name', None)!r}")
        return cast(Member, member)

    def check(self, name: str) -> None:
        """Make sure that a member can be used, as `load` does; ecgfactory's own are not imported for it."""
        if self.package(name) is not None:
            self.load(name)

    def package(self, name: str) -> Package | None:
        """Return the installed package that brings a member, None for one of ecgfactory's own; raises as `load`."""
        entry = self._entry(name)
        return _package(entry) if entry is not None else None

    def unusable(self, name: str, reason: str) -> BadInputError:
        """Return the error that says why a package's member can't be used."""
        entry = self._entry(name)
        assert entry is not None, f"{name} is of no package"
        return self._unusable(entry, reason)

    def _installed(self) -> Mapping[str, Sequence[EntryPoint]]:
        return _entry_points(self._group, tuple(sys.path))

    def _entry(self, name: str) -> EntryPoint | None:
        """Return the one entry point of a name, None where the member is ecgfactory's own."""
        entries = self._installed().get(name, ())
        packages = [str(_package(entry)) for entry in entries]
        if entries and self._taken_ending and name.endswith(self._taken_ending):
            raise BadInputError(
                f"package {packages[0]} brings a {self._noun} {name!r}, which ends in {self._taken_ending!r} as names "
                "of ecgfactory's own do; uninstall that package, or have it choose another name."
            )
        if entries and (name in self._built_in or name in self._taken):
            raise BadInputError(
                f"package {packages[0]} brings a {self._noun} {name!r}, which is a name of ecgfactory's own; "
                "uninstall that package, or have it choose another name."
            )
        if len(entries) > 1:
            raise BadInputError(
                f"packages {' and '.join(packages)} each bring a {self._noun} {name!r}; uninstall all but one."
            )
        if not entries and name not in self._built_in:
            raise BadInputError(f"{shown(name)} is not a {self._noun}; choose from {', '.join(self)}.")
        return entries[0] if entries else None

    def _unusable(self, entry: EntryPoint, reason: str) -> BadInputError:
        return BadInputError(
            f"{self._noun} {entry.name!r} of package {_package(entry)} can't be used ({reason}); install a working "
            f"version of that package, or do without this {self._noun}."
        )


def _imported(address: str) -> Any:
    module, _, attribute = address.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _package(entry: EntryPoint) -> Package:
    return Package(entry.dist.name, entry.dist.version) if entry.dist else Package(entry.value, "of unknown version")


@lru_cache(maxsize=8)
def _entry_points(group: str, path: tuple[str, ...]) -> dict[str, list[EntryPoint]]:
    """Read the entry points of a group by name, anew only when the path on which packages are looked for changes."""
    import importlib.metadata  # takes 30 ms, and is only needed where a member is named

    found: dict[str, list[EntryPoint]] = {}
    for entry in importlib.metadata.entry_points(group=group):
        found.setdefault(entry.name, []).append(entry)
    return found
