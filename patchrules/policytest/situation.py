"""A case's rows as nouns: the baseline, the host, what could be installed, and the options (conformance/README.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from patchrules.documents.baseline import load_baseline
from patchrules.documents.install_override import override_patches
from patchrules.documents.predefined import predefined_names
from patchrules.documents.previous_run import load_previous_run
from patchrules.documents.text import Document
from patchrules.errors import BaselineError
from patchrules.evaluation.options import settings
from patchrules.families import Facts, Family, facts_of, family_of
from patchrules.model.baseline import Baseline
from patchrules.model.columns import CATALOG
from patchrules.model.host import Host
from patchrules.model.names import Dialect, OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import Settings
from patchrules.policytest.case import Case
from patchrules.sources.dates import instant
from patchrules.versions import rpm

Row = Mapping[str, Any]

_NO_VERSION = "0"
"""The version of what has none: a Windows update."""

_INSTANTS = frozenset(column.name for column in CATALOG if column.type == "instant")


@dataclass(frozen=True, slots=True)
class Situation:
    """What a case puts before an engine; ``has_catalog`` is False where nothing is said of what could be installed."""

    baseline: Baseline
    host: Host
    patches: tuple[Patch, ...]
    family: Family
    settings: Settings
    has_catalog: bool = True


def family_judged(case: Case, baseline: Baseline, subject: str) -> Family:
    """Return the family that a case is about; raises BaselineError where the baseline is for another system."""
    system = OperatingSystem((case.fields.get("operating_system") or baseline.operating_system).upper())
    if baseline.operating_system is not system:
        message = f"`{baseline.name}` is for {baseline.operating_system}, {subject} {system}"
        raise BaselineError(message, code="PR1801", hint=f"choose a baseline for {system}")
    return family_of(system)


def situation(case: Case, dialect: str, other: Baseline | None = None) -> Situation:
    """Return the nouns of a case; raises what the doors of its documents raise.

    ``other`` takes the place of the baseline that the case names.
    """
    fields = case.fields
    baseline = other or baseline_of(case, dialect)
    family = family_judged(case, baseline, "the host is")
    facts = facts_of(family, Dialect(dialect), fields.get("product"))
    rows = deb_patches(fields, family) if family.scheme == "dpkg" else rpm_patches(fields, family, facts)
    override = fields.get("install_override_list")
    given = settings(
        as_of=fields["as_of"],
        dialect=dialect,
        operation=fields.get("operation") or "Scan",
        missing_date=fields.get("missing_date") or "approve",
        reboot_option=fields.get("reboot_option") or "RebootIfNeeded",
        install_override=None if override is None else override_patches(Document(override)),
    )
    patches = (*rows, *catalog_patches(fields))
    has_catalog = any(fields.get(name) is not None for name in ("available", "advisories", "catalog"))
    return Situation(baseline, host_of(fields, family), patches, family, given, has_catalog)


def baseline_of(case: Case, dialect: str) -> Baseline:
    """Return the baseline of a case: a document, one of AWS's names, or a path that starts at the case's file."""
    document = case.fields["baseline"]
    if isinstance(document, str):
        return load_baseline(document if document in predefined_names() else case.folder / document)
    return load_baseline(document if dialect == "documented" else as_nodes_read(document))


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
        boot_time=_instant(fields.get("boot_time")),
        os_build=fields.get("os_build"),
        enabled_modules=None if modules is None else frozenset(enabled),
        packages=tuple(package_of(row, family) for row in fields.get("installed") or ()),
        previous_run=previous_run_of(fields.get("previous_run")),
    )


def previous_run_of(value: Row | None) -> PreviousRun | None:
    """Return a tracking file with what the judged run ``installed`` and its ``exit_code``."""
    if value is None:
        return None
    remembered = load_previous_run(json.dumps({"patchStates": {}, **value}).encode())
    return replace(remembered, installed=tuple(value.get("installed") or ()), exit_code=value.get("exit_code") or 0)


def package_of(row: Row, family: Family) -> Package:
    """Return an installed package."""
    return Package(
        name=row["name"],
        arch=row.get("arch"),
        evr=evr_of(row, family),
        installed_at=_instant(row.get("install_time")),
        built=_instant(row.get("buildtime")),
        priority=row.get("priority"),
        section=row.get("section"),
        status=row.get("status"),
        held=row.get("selection") == "hold",
    )


def rpm_patches(fields: Row, family: Family, facts: Facts) -> Iterator[Patch]:
    """Return the packages of all advisories, then those that are offered and that no advisory names."""
    listed = {_nevra(row, family): row for row in fields.get("available") or ()}
    needs = fields.get("dependencies") or {}
    named = set()
    for advisory in _notices(fields, facts):
        for row in advisory["packages"]:
            named.add(_nevra(row, family))
            offered = listed.get(_nevra(row, family), {} if fields.get("available") is None else None)
            yield Patch(
                name=row["name"],
                arch=row["arch"],
                evr=evr_of(row, family),
                built=_instant((offered or {}).get("buildtime")),
                offered=offered is not None,
                requires=tuple(needs.get(_full_name(row, family), ())),
                **_notice(advisory, family, facts),
            )
    for key, row in listed.items():
        if key not in named:
            evr, built = evr_of(row, family), _instant(row.get("buildtime"))
            requires = tuple(needs.get(_full_name(row, family), ()))
            yield Patch(name=row["name"], arch=row["arch"], evr=evr, built=built, requires=requires)


def deb_patches(fields: Row, family: Family) -> Iterator[Patch]:
    """Return what the archives offer, archive by archive."""
    archives = fields.get("archives") or {}
    for row in sorted(fields.get("available") or (), key=lambda row: str(row.get("archive"))):
        archive = archives.get(row.get("archive"), {})
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


def catalog_patches(fields: Row) -> Iterator[Patch]:
    """Return the rows of ``catalog``, which have the names of ``model.columns.CATALOG``."""
    for row in fields.get("catalog") or ():
        yield patch_of(row)


def patch_of(row: Row) -> Patch:
    """Return a patch of the values of ``model.columns.CATALOG``."""
    values = {name: _of_column(name, value) for name, value in row.items() if value is not None}
    return Patch(**{"arch": "", "evr": _NO_VERSION, **values})


def evr_of(row: Row, family: Family) -> str:
    """Return the version text of a row, ``evr`` or its parts; an rpm epoch that is null is not stated."""
    if row.get("evr"):
        return str(row["evr"])
    if family.scheme != "rpm":
        return str(row.get("version") or _NO_VERSION)
    epoch = "" if row.get("epoch") is None else f"{row['epoch']}:"
    release = "" if row.get("release") is None else f"-{row['release']}"
    return f"{epoch}{row['version']}{release}"


def _notices(fields: Row, facts: Facts) -> Iterator[Row]:
    """Return the advisories of a case; AWS's yum code drops a second one with the id of an earlier one (26)."""
    seen = set()
    for advisory in fields.get("advisories") or ():
        if facts.duplicates != "first" or advisory["id"] not in seen:
            yield advisory
        seen.add(advisory["id"])


def _notice(advisory: Row, family: Family, facts: Facts) -> dict[str, Any]:
    """Return what an advisory says of each of its packages."""
    references: Sequence[Row] = advisory.get("references") or ()
    kinds = {
        kind: [str(ref["id"]) for ref in references if ref["type"] == kind] for kind in ("self", "cve", "bugzilla")
    }
    kind, module = advisory.get("type"), advisory.get("module")
    issued, updated = advisory.get("issued"), advisory.get("updated")
    suse = family.documented.manager == "zypper"
    return {
        "advisory": _advisory_id(advisory, kinds["self"], facts),
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


def _advisory_id(advisory: Row, itself: Sequence[str], facts: Facts) -> str:
    """Return the id by which lists know a notice: AWS's dnf code reads it from the self reference (14)."""
    if facts.states == "dnf":
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


def _nevra(row: Row, family: Family) -> tuple[str, ...]:
    """Return what makes two rows the same package version; an epoch that is null is 0."""
    parts = rpm.split(evr_of(row, family)) if family.scheme == "rpm" else None
    version = str(replace(parts, epoch=parts.epoch or 0)) if parts else evr_of(row, family)
    return row["name"], row.get("arch") or "", version


def _full_name(row: Row, family: Family) -> str:
    """Return the text by which ``dependencies`` name a version."""
    name, arch, version = _nevra(row, family)
    return f"{name}-{version}.{arch}"


def _of_column(name: str, value: Any) -> Any:  # noqa: ANN401 - a value of JSON
    """Return a value of ``catalog`` as a patch has it."""
    if name in _INSTANTS:
        return _instant(value)
    return tuple(value) if isinstance(value, list) else value


def _instant(value: float | str | None) -> datetime | None:
    """Return seconds since 1970, or a text that states an instant, as one."""
    return instant(value) if value is None or isinstance(value, str) else datetime.fromtimestamp(value, UTC)
