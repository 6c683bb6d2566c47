"""What verbs that judge hosts are given, and what they read from it: policy, inventory, catalogs, overrides."""

from __future__ import annotations

import functools
import glob
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from patchrules.cli._output import stamp
from patchrules.cli._progress import stage
from patchrules.cli._rereadable import rereadable

if TYPE_CHECKING:
    from patchrules.documents.hosts import HostFacts
    from patchrules.evaluation.coverage import AgeLimits
    from patchrules.evaluation.opened import Fleet
    from patchrules.model.baseline import Baseline, Registry
    from patchrules.model.host import Inventory
    from patchrules.model.patch import Catalog
    from patchrules.model.previous_run import PreviousRun
    from patchrules.model.project import CatalogPlace
    from patchrules.sources.files import Limits

_MOST_REFUSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The options of one call; what it reads are arguments of the library."""

    baseline: tuple[str, ...] = ()
    registry: tuple[str, ...] = ()
    catalog: tuple[str | CatalogPlace, ...] = ()
    inventory: tuple[str, ...] = ()
    host: str | None = None
    hosts: tuple[str, ...] = ()
    family: str | None = None
    product: str | None = None
    arch: str | None = None
    form: str | None = None
    column: tuple[tuple[str, str], ...] = ()
    product_alias: tuple[tuple[str, str], ...] = ()
    limit: tuple[tuple[str, int], ...] = ()
    max_inventory_age: timedelta | None = None
    max_catalog_age: timedelta | None = None
    known_as_of: datetime | None = None
    audit: bool = False
    as_of: datetime
    dialect: str = "documented"
    operation: str = "scan"
    missing_date: str = "approve"
    deb_dates: str = "ignore"
    reboot_option: str = "RebootIfNeeded"
    install_override: str | None = None
    baseline_override: str | None = None
    previous_run: tuple[str, ...] = ()
    strict: bool = False
    typed: frozenset[str] = frozenset()

    def policy(self) -> Baseline | Registry:
        """Read the policy: one baseline serves every host of its system, several are a registry."""
        from patchrules.documents.baseline import load_baselines
        from patchrules.documents.registry import load_registry
        from patchrules.documents.text import MAX_BYTES
        from patchrules.model.baseline import Registry

        named = self.named()
        if not named:
            return Registry(())
        sources = rereadable(named, MAX_BYTES)
        if len(named) == 1 and self.baseline and not Path(named[0]).is_dir():
            found = load_baselines(sources(), strict=self.strict)
            if len(found) == 1:
                return found[0]
        return load_registry(sources(), strict=self.strict)

    def named(self) -> tuple[str, ...]:
        """Return the files of the policy; a glob stands for those it matches."""
        return tuple(one for name in (*self.baseline, *self.registry) for one in _matching(name))

    def catalogs(self, policy: Baseline | Registry) -> tuple[Catalog, ...]:
        """Read the catalogs; those that do not say their family are of ``--family``, the product's or the policy's."""
        from patchrules.catalog import read_catalogs

        with stage("reading catalogs"):
            found = read_catalogs(
                self.catalog,
                family=self._family(policy),
                on_bad_row=self._on_bad_row,
                limits=self.bounds(),
                known_as_of=self.known_as_of,
            )
        for one in found:
            refused("catalog", one.rejects, strict=self.strict)
        return found

    def catalogs_for(self, baseline: Baseline) -> tuple[Catalog, ...]:
        """Read the catalogs of a baseline's operating system; raises CatalogError PR1802 where there is none."""
        from patchrules.errors import CatalogError

        found = self.catalogs(baseline)
        mine = tuple(one for one in found if one.operating_system is baseline.operating_system)
        if not mine:
            message = f"`{baseline.name}` is for {baseline.operating_system}, and no catalog is"
            others = f"; there are {len(found)} others" if found else ""
            raise CatalogError(message, code="PR1802", hint=f"give one, e.g. --catalog 'PRODUCT_GLOB=PATH'{others}")
        return mine

    def opened(self) -> Fleet | Inventory:
        """Open the inventory; tables of many hosts are read while they are judged, where nothing asks for one host."""
        from patchrules.cli._memory import spare_memory
        from patchrules.evaluation.opened import opened

        spare_memory()
        source, reading = self.source(), self.reading()
        fleet = None if self.host or self.previous_run else opened(source, reading)
        if fleet is None:
            return self._fleet(reading)
        if self.strict and fleet.star is not None:
            refused("inventory", fleet.star.rejects, strict=True)
        return fleet

    def source(self) -> str | list[str]:
        """Return what names the inventory."""
        if not self.inventory:
            raise click.UsageError("there is no inventory\n  hint: give one, e.g. --inventory dumps/ or web-1.rpmqa")
        return self.inventory[0] if len(self.inventory) == 1 else list(self.inventory)

    def reading(self) -> dict[str, Any]:
        """Return how the inventory is read."""
        return {
            "family": self.family,
            "product": self.product,
            "arch": self.arch,
            "format": self.form,
            "hosts": self._facts(),
            "columns": dict(self.column),
            "product_alias": dict(self.product_alias),
            "on_bad_row": self._on_bad_row,
            "limits": self.bounds(),
        }

    def _facts(self) -> tuple[HostFacts, ...] | None:
        """Read the hosts files; those of the project are left unread, and that is said, beside a packed fleet."""
        from patchrules.documents.hosts import load_hosts
        from patchrules.errors import Diagnostic, Level
        from patchrules.evaluation.opened import has_facts
        from patchrules.inventory._packed import is_star

        if self.hosts and "hosts" not in self.typed and len(self.inventory) == 1 and is_star(Path(self.inventory[0])):
            named = ", ".join(f"`{one}`" for one in self.hosts)
            message = f"{has_facts(self.inventory[0])}: {named} is left unread"
            hint = "pack the fleet again where facts have changed: patchrules fleet pack"
            unread = Diagnostic("PR2122", Level.WARNING, message, hint=hint)
            click.echo(str(unread), err=True)
            return None
        return load_hosts(*self.hosts) if self.hosts else None

    def fleet(self) -> Inventory:
        """Read the inventory, of the one host where ``--host`` names one."""
        self.source()
        return self._fleet(self.reading())

    def limits(self) -> AgeLimits:
        """Return how old data may be."""
        from patchrules.evaluation.coverage import AgeLimits

        return AgeLimits(self.max_catalog_age, self.max_inventory_age, self.audit)

    def bounds(self) -> Limits:
        """Return what one file may grow to."""
        from patchrules.sources.files import Limits

        return Limits(**dict(self.limit))

    def options(self) -> dict[str, Any]:
        """Return what decides approvals."""
        return {name: getattr(self, name) for name in ("as_of", "dialect", "missing_date", "deb_dates")}

    def run_options(self) -> dict[str, Any]:
        """Return the settings of the evaluation of a run, with the overrides that are in force."""
        from patchrules.documents.install_override import load_install_override
        from patchrules.documents.override import load_override

        patches, baselines = self.install_override, self.baseline_override
        if "install_override" in self.typed and self.operation == "scan":
            click.echo("note: a scan ignores --install-override: give --operation install, too", err=True)
        return self.options() | {
            "operation": self.operation,
            "reboot_option": self.reboot_option,
            "install_override": load_install_override(patches) if patches else None,
            "baseline_override": load_override(baselines, strict=self.strict) if baselines else None,
        }

    def previous_runs(self, fleet: Inventory) -> dict[str, PreviousRun]:
        """Read the tracking files of hosts; one without a name is of the only host."""
        from patchrules.documents.previous_run import load_previous_run
        from patchrules.errors import UnknownNameError

        names = fleet.hosts["host"].to_pylist()
        found = {}
        for spec in self.previous_run:
            host, equals, path = ("", "", spec) if Path(spec).exists() else spec.rpartition("=")
            name = host if equals else next(iter(names), "")
            if not equals and len(names) != 1:
                message = f"`--previous-run {spec}` does not say whose it is, and there are {len(names):,} hosts"
                raise click.UsageError(f"{message}\n  hint: say it: --previous-run HOST={spec}")
            if name not in names:
                raise UnknownNameError("host", host, names)
            found[name] = load_previous_run(path)
        return found

    def again(self) -> str:
        """Return the options as they would be typed again, with the instant spelled out.

        What the environment or the project file says, they say again.
        """
        typed = []
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name not in {*self.typed, "as_of"} - {"host"} or value in (None, (), False) or value == one.default:
                continue
            for single in value if isinstance(value, tuple) else (value,):
                typed.append(f"--{'format' if one.name == 'form' else one.name.replace('_', '-')}")
                typed += [] if single is True else [_typed(single)]
        return shlex.join(typed)

    def _family(self, policy: Baseline | Registry) -> str | None:
        """Return the family of catalogs that do not say theirs, as far as anything tells."""
        from patchrules.families import family_of, family_of_products
        from patchrules.model.baseline import Baseline

        told = family_of_products([self.product]) if self.product else None
        if told is None and isinstance(policy, Baseline):
            told = family_of(policy.operating_system)
        return self.family or (told.name if told else None)

    @property
    def _on_bad_row(self) -> Literal["collect", "raise"]:
        return "raise" if self.strict else "collect"

    def _fleet(self, reading: Mapping[str, Any]) -> Inventory:
        """Read the inventory; a single file is read again under the name that ``--host`` gives its host."""
        from patchrules.evaluation.fleet import open_fleet
        from patchrules.evaluation.nouns import only
        from patchrules.evaluation.opened import in_memory

        sources = rereadable(self.inventory, self.bounds().max_bytes)
        with stage("reading the inventory"):
            found = in_memory(open_fleet(sources(), **reading))
            if self.host is not None and self._renames(found, reading["hosts"] or ()):
                found = in_memory(open_fleet(sources(), host=self.host, **reading))
        refused("inventory", found.rejects, strict=self.strict)
        check_peopled(found.hosts)
        return found if self.host is None else only(found, self.host)

    def _renames(self, found: Inventory, facts: Iterable[HostFacts]) -> bool:
        """Say whether ``--host`` is the name of a single file's host; raises for one that several, or a folder, lack.

        A host of the hosts file is that of a file, too, which is the only one and of no host that is known there.
        """
        from patchrules.errors import UnknownNameError

        names, known = found.hosts["host"].to_pylist(), {str(one.host) for one in facts}
        in_folder = any(Path(one).is_dir() for one in self.inventory)
        if self.host not in names:
            if len(names) != 1 or in_folder:
                raise UnknownNameError("host", self.host or "", names)
            return True
        is_told = self.host in known and self.host not in found.packages["host"].unique().to_pylist()
        files = [one for name in self.inventory for one in _matching(name)]
        return is_told and not in_folder and len(files) == 1 and len(set(names) - known) == 1


def _matching(name: str) -> list[str]:
    """Return the files that a glob names, anything else as it is."""
    from patchrules.errors import BaselineError
    from patchrules.sources.files import expand

    if Path(name).exists() or not glob.has_magic(name):
        return [name]
    return [str(path) for path in expand(name, error=BaselineError)]


def given(*groups: tuple[Any, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds groups of options and hands them on as one ``inputs``."""
    names = {one.name for one in fields(Inputs)}

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def called(**options: Any) -> Any:  # noqa: ANN401
            options["as_of"] = options.get("as_of") or datetime.now(UTC)
            own = {name: options.pop(name) for name in list(options) if name in names}
            source = click.get_current_context().get_parameter_source
            typed = frozenset(name for name in own if source(name) is ParameterSource.COMMANDLINE)
            return function(inputs=Inputs(typed=typed, **own), **options)

        found: Callable[..., Any] = called
        for option in reversed([option for group in groups for option in group]):
            found = option(found)
        return found

    return decorated


def check_peopled(hosts: Any) -> None:  # noqa: ANN401  pyarrow.Table
    """Raise InventoryError PR2107 where an inventory has no host."""
    from patchrules.errors import InventoryError

    if not hosts.num_rows:
        raise InventoryError("there is no host in the inventory", code="PR2107", hint="look at what collected it")


def refused(kind: str, rejects: Any, *, strict: bool = False) -> None:  # noqa: ANN401  pyarrow.Table
    """Say on stderr which rows and files were refused: how many, and the first ones.

    With ``strict`` the first is raised: a compiled catalog or a packed fleet remembers what its sources' door refused.
    """
    if not rejects.num_rows:
        return
    if strict:
        raise _refusal(kind, rejects.slice(0, 1).to_pylist()[0])
    number, what = rejects.num_rows, _refused_things(rejects)
    many = f"{number:,} {' and '.join(f'{one}s' for one in what)} of the {kind} were refused, and are"
    told = f"1 {what[0]} of the {kind} was refused, and is" if number == 1 else many
    click.echo(f"warning: {told} not judged", err=True)
    for row in rejects.slice(0, _MOST_REFUSED).to_pylist():
        place = row["file"] if row["line"] is None else f"{row['file']}:{row['line']}"
        click.echo(f"  {place}: {row['message']} [{row['code']}]", err=True)
    if number > _MOST_REFUSED:
        click.echo(f"  and {number - _MOST_REFUSED:,} more", err=True)


def _refusal(kind: str, row: dict[str, Any]) -> Exception:
    """Return the error for a row that was refused when the file was made, as its door would raise it."""
    from patchrules.errors import CatalogError, InventoryError, Where

    error = CatalogError if kind == "catalog" else InventoryError
    where = Where(file=row["file"], line=row["line"], text=row["text"])
    return error(row["message"], code=row["code"], where=where, hint="leave out --strict to go on without such rows")


def _refused_things(rejects: Any) -> list[str]:  # noqa: ANN401  pyarrow.Table
    """Return what was refused, rows or whole files or both: a file has neither a line nor a text."""
    told = rejects.select(["line", "text"]).to_pylist()
    whole = {row["line"] is None and row["text"] is None for row in told}
    return [name for name, is_file in (("row", False), ("file", True)) if is_file in whole]


def _typed(value: Any) -> str:  # noqa: ANN401
    """Return a value as people type it."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds() // 3600)}h"
    return "=".join(value) if isinstance(value, tuple) else str(value)
