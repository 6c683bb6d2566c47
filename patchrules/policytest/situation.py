"""A case's rows as nouns: the baseline, the host, what could be installed, and the options (conformance/README.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from patchrules.documents.baseline import load_baseline
from patchrules.documents.install_override import override_patches
from patchrules.evaluation.options import settings
from patchrules.families import Family, family_of
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Settings
from patchrules.policytest.case import Case
from patchrules.sources.dates import instant

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a case puts before the engine."""

    baseline: Baseline
    host: Host
    patches: tuple[Patch, ...]
    family: Family
    settings: Settings


def situation(case: Case, dialect: str) -> Situation:
    """Return the nouns of a case; raises what the doors of its documents raise."""
    fields = case.fields
    document = fields["baseline"] if dialect == "documented" else as_nodes_read(fields["baseline"])
    baseline = load_baseline(document)
    system = OperatingSystem(fields.get("operating_system") or baseline.operating_system)
    family = family_of(system)
    rows = deb_patches(fields, family) if family.scheme == "dpkg" else rpm_patches(fields, family)
    given = settings(as_of=fields["as_of"], dialect=dialect, operation=fields.get("operation", "Scan"))
    override = fields.get("install_override_list")
    if override is not None:
        given = Settings(**{**_fields(given), "install_override": override_patches(override)})
    return Situation(baseline, host_of(fields, family), tuple(rows), family, given)


def as_nodes_read(value: Any) -> Any:  # noqa: ANN401 - a JSON document
    """Return a baseline document as AWS's node takes it, where AWS's service would have refused it.

    An until-date wins over a delay (1.3), and a filter without values selects nothing.
    """
    if isinstance(value, list):
        return [as_nodes_read(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    dropped = {"ApproveAfterDays"} if value.get("ApproveUntilDate") is not None else set()
    read = {key: as_nodes_read(one) for key, one in value.items() if key not in dropped}
    return {**read, "Values": ["(no value)"]} if read.get("Values") == [] else read


def host_of(fields: Row, family: Family) -> Host:
    """Return the host of a case."""
    modules = fields.get("enabled_modules")
    enabled = [f"{name}:{stream}" for name, streams in (modules or {}).items() for stream in streams]
    return Host(
        id=str(fields.get("host", "host")),
        family=family.name,
        product=fields.get("product"),
        arch=fields.get("arch"),
        enabled_modules=None if modules is None else frozenset(enabled),
        packages=tuple(package_of(row, family) for row in fields.get("installed", ())),
    )


def package_of(row: Row, family: Family) -> Package:
    """Return an installed package."""
    return Package(
        name=row["name"],
        arch=row.get("arch"),
        evr=evr_of(row, family),
        installed_at=_seconds(row.get("install_time")),
        built=_seconds(row.get("buildtime")),
        priority=row.get("priority"),
        section=row.get("section"),
        held=row.get("selection") == "hold",
    )


def rpm_patches(fields: Row, family: Family) -> Iterator[Patch]:
    """Return the packages of all advisories, then those that are offered and that no advisory names."""
    listed = {_nevra(row): row for row in fields.get("available", ())}
    needs = fields.get("dependencies") or {}
    named = set()
    for advisory in fields.get("advisories", ()):
        for row in advisory["packages"]:
            named.add(_nevra(row))
            offered = listed.get(_nevra(row), {} if "available" not in fields else None)
            yield Patch(
                name=row["name"],
                arch=row["arch"],
                evr=evr_of(row, family),
                built=_seconds((offered or {}).get("buildtime")),
                offered=offered is not None,
                requires=tuple(needs.get(_full_name(row), ())),
                **_notice(advisory, family, fields.get("engine")),
            )
    for key, row in listed.items():
        if key not in named:
            evr, built = evr_of(row, family), _seconds(row.get("buildtime"))
            requires = tuple(needs.get(_full_name(row), ()))
            yield Patch(name=row["name"], arch=row["arch"], evr=evr, built=built, requires=requires)


def deb_patches(fields: Row, family: Family) -> Iterator[Patch]:
    """Return what the archives offer, archive by archive."""
    archives = fields.get("archives", {})
    for row in sorted(fields.get("available", ()), key=lambda row: str(row["archive"])):
        archive = archives.get(row["archive"], {})
        suite, label, site = (str(archive.get(key) or "") for key in ("archive", "label", "site"))
        security = suite.endswith("-security") or label == "Debian-Security" or site == "security.debian.org"
        yield Patch(
            name=row["name"],
            arch=row["arch"],
            evr=evr_of(row, family),
            priority=row.get("priority"),
            section=row.get("section"),
            repository=suite,
            site=site,
            trusted=bool(archive.get("trusted", True)),
            security=security and bool(archive.get("trusted", True)),
        )


def evr_of(row: Row, family: Family) -> str:
    """Return the version text of a row; an rpm epoch that is null is not stated."""
    if family.scheme == "dpkg":
        return str(row["version"])
    epoch = "" if row.get("epoch") is None else f"{row['epoch']}:"
    return f"{epoch}{row['version']}-{row['release']}"


def _notice(advisory: Row, family: Family, engine: object) -> dict[str, Any]:
    """Return what an advisory says of each of its packages."""
    references: Sequence[Row] = advisory.get("references", ())
    kinds = {
        kind: [str(ref["id"]) for ref in references if ref["type"] == kind] for kind in ("self", "cve", "bugzilla")
    }
    kind, module = advisory.get("type"), advisory.get("module")
    issued, updated = advisory.get("issued"), advisory.get("updated")
    suse = family.documented.manager == "zypper"
    return {
        "advisory": _advisory_id(advisory, kinds["self"], engine),
        "classification": kind if suse or not kind else kind[:1].upper() + kind[1:].lower(),
        "severity": advisory.get("severity"),
        "issued": instant(issued),
        "updated": instant(updated),
        "issued_text": _zypper_text(issued) if suse else issued,
        "updated_text": updated,
        "cves": tuple(kinds["cve"]),
        "bugzillas": tuple(kinds["bugzilla"]),
        "module": f"{module['name']}:{module['stream']}" if module and module.get("name") else None,
    }


def _advisory_id(advisory: Row, itself: Sequence[str], engine: object) -> str:
    """Return the id by which lists know a notice: AWS's dnf code reads it from the self reference (14)."""
    if engine == "dnf":
        return itself[0] if itself else ""
    return str(advisory["id"])


def _zypper_text(text: str | None) -> str | None:
    """Return a date as zypper prints it: the cases write it the short way."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            return datetime.strptime(text or "", form).strftime("%a %b %d %H:%M:%S %Y")  # noqa: DTZ007 - printed again
        except ValueError:
            continue
    return text


def _nevra(row: Row) -> tuple[str, ...]:
    """Return what makes two rows the same package version; an epoch that is null is 0."""
    return row["name"], row["arch"], str(row.get("epoch") or "0"), row["version"], row["release"]


def _full_name(row: Row) -> str:
    """Return the text by which ``dependencies`` name a version."""
    return f"{row['name']}-{row.get('epoch') or '0'}:{row['version']}-{row['release']}.{row['arch']}"


def _seconds(value: float | None) -> datetime | None:
    """Return seconds since 1970 as an instant."""
    return None if value is None else datetime.fromtimestamp(value, UTC)


def _fields(given: Settings) -> dict[str, Any]:
    """Return the fields of settings, to make others from."""
    return {name: getattr(given, name) for name in ("as_of", "dialect", "operation", "missing_date")}
