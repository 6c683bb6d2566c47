"""Names and types of the Arrow tables, as plain data; ``docs/reference/schemas.md`` is made from this file.

Types are Arrow type names: ``string``, ``bool``, ``int32``, ``int64``, ``instant`` (``timestamp[us, tz=UTC]``),
``list<string>``, ``map<string, string>``. A column that is not required may be absent or null.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its Arrow type, what it means, and what is lost without it.

    >>> next(column.type for column in PACKAGES if column.name == "evr")
    'string'
    """

    name: str
    type: str
    meaning: str
    required: bool = False
    absence: str = ""


HOSTS = (
    Column("host", "string", "host id, unique", required=True),
    Column("family", "string", "name of a family: rhel, debian, ...", absence="detected from the file, else UNKNOWN"),
    Column("product", "string", "AWS product string: RedhatEnterpriseLinux9.3", absence="host is UNKNOWN: NO_PRODUCT"),
    Column("arch", "string", "architecture of the machine", absence="every architecture counts as NOT_APPLICABLE"),
    Column("patch_group", "string", "value of the tag Patch Group", absence="the default baseline serves the host"),
    Column("tags", "map<string, string>", "tags of the host"),
    Column("boot_time", "instant", "last boot", absence="no verdict INSTALLED_PENDING_REBOOT"),
    Column("captured_at", "instant", "when the inventory was taken", absence="no STALE_INVENTORY check"),
    Column(
        "enabled_modules",
        "list<string>",
        "module streams that are enabled, name:stream",
        absence="packages of every stream count",
    ),
    Column(
        "os_build", "string", "Windows: its build and revision, 10.0.17763.5458", absence="no build proves an update"
    ),
    Column("identified_by", "string", "where the product was read: os-release: rhel 9.3", absence="made by the reader"),
)
"""One row a host."""

PACKAGES = (
    Column("host", "string", "host id; the rows of one host stand together", required=True),
    Column("name", "string", "package name; on Windows the KB: KB5034441", required=True),
    Column(
        "arch", "string", "architecture as the package manager spells it", absence="taken from the catalog if unique"
    ),
    Column("evr", "string", "[epoch:]version[-release], or the whole dpkg version", required=True),
    Column("installed_at", "instant", "when it was installed", absence="no verdict INSTALLED_PENDING_REBOOT"),
    Column("built", "instant", "when it was built", absence="no release date for a package without a notice"),
    Column("status", "string", "dpkg's third status word", absence="every row counts as installed"),
    Column("held", "bool", "held or pinned by an administrator"),
    Column("priority", "string", "dpkg priority"),
    Column("section", "string", "dpkg section"),
    Column("line", "int32", "line of the file it was read from"),
)
"""One row an installed package."""

CATALOG = (
    Column("name", "string", "package name; on Windows the KB", required=True),
    Column("arch", "string", "architecture of the package", required=True),
    Column("evr", "string", "[epoch:]version[-release], or the whole dpkg version", required=True),
    Column("advisory", "string", "advisory id: RHSA-2024:0310", absence="no notice names the package"),
    Column("classification", "string", "the notice's type, as AWS spells it: Security, Bugfix"),
    Column("severity", "string", "the vendor's severity, as the file has it"),
    Column("priority", "string", "dpkg priority"),
    Column("section", "string", "dpkg section"),
    Column("product", "string", "product it is for: of a Windows update, or as the archive's Release file tells (deb)"),
    Column("product_family", "string", "product family of a Windows update"),
    Column("patch_set", "string", "OS or APPLICATION"),
    Column(
        "os_build",
        "string",
        "Windows: the build it is for, 10.0.17763, with the revision that holds the fix where known: 10.0.17763.5458",
        absence="every release of the product",
    ),
    Column("title", "string", "one line a person reads"),
    Column("issued", "instant", "when the notice was issued"),
    Column("updated", "instant", "when the notice was last updated"),
    Column("built", "instant", "when the package was built"),
    Column("issued_text", "string", "issued, as the file has it"),
    Column("updated_text", "string", "updated, as the file has it"),
    Column("cves", "list<string>", "CVE ids"),
    Column("bugzillas", "list<string>", "Bugzilla ids"),
    Column("supersedes", "list<string>", "KBs this one replaces"),
    Column("module", "string", "module streams name:stream, with a blank between several"),
    Column("source", "string", "source package and its version (deb): openssl 3.0.11-1~deb12u2", absence="no advisory"),
    Column("repository", "string", "repository, archive or collection"),
    Column("site", "string", "host the archive was fetched from"),
    Column("security", "bool", "comes from a security archive (deb)"),
    Column("trusted", "bool", "the archive's signature is trusted (deb)", absence="trusted"),
    Column("requires", "list<string>", "what the package needs, name-epoch:version-release.arch"),
    Column("offered", "bool", "a repository offers it, or gives no package list"),
    Column("reboot", "bool", "the notice suggests a reboot"),
    Column("line", "int32", "line of the file it was read from"),
)
"""One row a patch: one package version of one advisory."""

HISTORY = (
    *(column for column in CATALOG if column.name in ("name", "arch", "evr", "advisory", "product", "os_build")),
    *(column for column in CATALOG if column.name in ("issued", "updated", "built")),
    Column("first_seen", "instant", "when it was first observed", required=True),
    Column("last_seen", "instant", "when it was last observed", required=True),
    Column("redated_at", "instant", "when its dates were last observed to have changed"),
    Column("withdrawn_at", "instant", "when it was first observed to be gone"),
)
"""One row a patch that a catalog store has ever seen, with the dates it last had."""

CONTENT = tuple(c.name for c in CATALOG if c.name != "line" and not c.type.startswith("list"))
"""What orders the rows of a catalog, so that the order they were read in says nothing."""

REJECTS = (
    Column("file", "string", "file the row was in", required=True),
    Column("line", "int32", "line of the file"),
    Column("host", "string", "host the row spoke of"),
    Column("code", "string", "diagnostic code: PR2001", required=True),
    Column("message", "string", "why the row was refused", required=True),
    Column("text", "string", "the row, at most 200 characters"),
)
"""One row a refused row: nothing is lost."""

COUNTS = (
    "installed",
    "installed_other",
    "installed_pending_reboot",
    "installed_rejected",
    "missing",
    "failed",
    "not_applicable",
    "available_security_update",
    "critical_non_compliant",
    "security_non_compliant",
    "other_non_compliant",
)
"""The counts of a host, in the order people read them (SEMANTICS 5.12, 5.14)."""

VERDICTS = (
    Column("host", "string", "host id", required=True),
    Column("id", "string", "name.arch, as AWS's Id", required=True),
    Column("title", "string", "name.arch:epoch:version-release, as AWS's Title", required=True),
    Column("name", "string", "package name", required=True),
    Column("arch", "string", "architecture", required=True),
    Column("installed", "string", "installed version"),
    Column("target", "string", "highest approved version"),
    Column("state", "string", "state", required=True),
    Column("compliance_severity", "string", "compliance level of the rule or list", required=True),
    Column("status", "string", "COMPLIANT, NON_COMPLIANT or empty", required=True),
    Column("classification", "string", "vendor classification", required=True),
    Column("severity", "string", "vendor severity (deb: priority)", required=True),
    Column("advisory", "string", "advisory that decided"),
    Column("approval", "string", "approval of the version that decided"),
    Column("rule", "int32", "number of the rule that decided, 1 is the first"),
    Column("list_entry", "string", "entry of the approved or rejected list that decided"),
    Column("released_at", "instant", "release date used"),
    Column("clock", "string", "where that date came from: updated, issued, built"),
    Column("since", "instant", "approved since this instant, or will be"),
    Column("reason", "string", "reason code", required=True),
    Column("notes", "list<string>", "codes of doubts on this verdict"),
    Column("chain", "list<string>", "Windows: updates this one replaces here, or what has replaced it"),
    Column("held", "bool", "held or pinned by an administrator, whatever the state", required=True),
    Column("installed_at", "instant", "when what is installed was installed"),
    Column("cves", "list<string>", "CVE ids of what decided, where the patch is MISSING or FAILED (SEMANTICS 5.11)"),
)
"""One row a verdict."""

RUN_HOSTS = (
    *HOSTS[:5],
    Column("baseline", "string", "name of the baseline that served the host"),
    Column("baseline_id", "string", "its id"),
    Column("status", "string", "COMPLIANT, NON_COMPLIANT or UNKNOWN", required=True),
    Column("unknown", "list<string>", "why the host is UNKNOWN"),
    Column("non_compliant_severity", "string", "highest level among what is not compliant"),
    *(Column(name, "int64", f"number of {name.replace('_', ' ')} patches", required=True) for name in COUNTS),
    Column("doubts", "map<string, int64>", "number of rows each diagnostic code speaks of"),
)
"""One row a host of a run."""

DIGESTS = (
    Column("host", "string", "host id, unique", required=True),
    Column("digest", "int64", "digest of all that its verdicts follow from", required=True),
    Column("lacking", "int64", "approved patches that a host like it without packages would lack", required=True),
)
"""One row a host of a run that could be judged, none of whose rows was refused: what a later run carries over by."""

FIXES = (
    Column("family", "string", "name of a family", required=True),
    Column("product", "string", "product of the hosts that a catalog with this fix speaks for"),
    Column("name", "string", "package name; on Windows the KB", required=True),
    Column("arch", "string", "architecture of the package", required=True),
    Column("evr", "string", "the version that has the fix", required=True),
    Column("advisory", "string", "advisory that says so"),
    Column("cves", "list<string>", "CVE ids it fixes, sorted", required=True),
)
"""One row a fix: which CVEs a version of a package that a run lists brings an end to."""

UPCOMING = (
    Column(
        "since", "instant", "not approved before: a date or list approves at it, a delay right after", required=True
    ),
    Column("baseline", "string", "name of the baseline that approves it", required=True),
    Column("baseline_id", "string", "its id"),
    Column("rule", "int32", "number of the rule that approves it then, 1 is the first; absent where the list does"),
    Column("family", "string", "family of the hosts", required=True),
    Column("id", "string", "name.arch, as AWS's Id", required=True),
    Column("name", "string", "package name; on Windows the KB", required=True),
    Column("target", "string", "the version that becomes approved", required=True),
    Column("advisory", "string", "advisory that brings it"),
    Column("classification", "string", "vendor classification", required=True),
    Column("severity", "string", "vendor severity (deb: priority)", required=True),
    Column("compliance_severity", "string", "compliance level of the rule or list", required=True),
    Column("hosts", "int64", "hosts that are then MISSING it, if nothing is installed until then", required=True),
)
"""One row a patch and baseline: what waiting alone approves within ``UPCOMING_DAYS`` and hosts are then MISSING.

Of two versions of a package both have a row where the higher one is approved later; a host counts in each.
"""

UPCOMING_DAYS = 30
"""How far ahead a run looks for approvals."""

_ABOUT_HOST = (
    Column("family", "string", "family of the host"),
    Column("product", "string", "product of the host"),
    Column("patch_group", "string", "patch group of the host"),
    Column("baseline", "string", "baseline that served the host"),
    Column("host_status", "string", "COMPLIANT, NON_COMPLIANT or UNKNOWN", required=True),
)
_STATE_COUNTS = tuple(Column(name, "int64", f"hosts where it is {name.upper()}", required=True) for name in COUNTS[:8])

LONG = (*VERDICTS, *_ABOUT_HOST)
"""One row a verdict, with the host it is about: host x patch."""

PATCHES = (
    Column("family", "string", "family of the hosts"),
    Column("id", "string", "name.arch, as AWS's Id", required=True),
    Column("target", "string", "highest approved version; empty where none is approved"),
    Column("advisory", "string", "advisory that decided"),
    Column("classification", "string", "vendor classification", required=True),
    Column("severity", "string", "vendor severity (deb: priority)", required=True),
    Column("compliance_severity", "string", "gravest compliance level on any host", required=True),
    Column("released_at", "instant", "release date used, the earliest"),
    Column("since", "instant", "approved since this instant, or will be, the earliest"),
    Column("non_compliant", "int64", "hosts that do not comply because of it", required=True),
    *_STATE_COUNTS,
)
"""One row a patch: what hosts have, miss or wait for. The gravest and most missed stand first."""

GROUPS = (
    Column("patch_group", "string", "patch group; absent for hosts without"),
    Column("hosts", "int64", "number of hosts", required=True),
    Column("compliant", "int64", "hosts that comply", required=True),
    Column("non_compliant", "int64", "hosts that do not", required=True),
    Column("unknown", "int64", "hosts that cannot be judged", required=True),
    *(Column(name, "int64", f"number of {name.replace('_', ' ')} patches", required=True) for name in COUNTS),
)
"""One row a patch group, sorted by name."""

CVES = (
    Column("cve", "string", "CVE id", required=True),
    Column("missing", "int64", "hosts where an approved fix is missing", required=True),
    Column("waiting", "int64", "hosts where the fix waits for a reboot", required=True),
    Column("unapproved", "int64", "hosts that lack a fix which the baseline does not approve", required=True),
    Column("fixed", "int64", "hosts where every listed package has the fix", required=True),
    Column("compliance_severity", "string", "gravest compliance level where a fix is missing", required=True),
    Column("since", "instant", "an approved fix was available since this instant, the earliest"),
    Column("packages", "list<string>", "packages it is in", required=True),
    Column("advisories", "list<string>", "advisories that fix it", required=True),
)
"""One row a CVE that a listed package has or had; each host counts once, as its worst package stands."""

EXPOSURES = (
    Column("cve", "string", "CVE id", required=True),
    Column("host", "string", "host id", required=True),
    Column("id", "string", "package, name.arch", required=True),
    Column("standing", "string", "missing, waiting, unapproved or fixed", required=True),
    Column("installed", "string", "installed version"),
    Column("fixed_in", "string", "lowest version with the fix"),
    Column("advisory", "string", "advisory that says so"),
    Column("compliance_severity", "string", "compliance level of the verdict", required=True),
)
"""One row a CVE, host and package."""

SPELLS = (
    Column("host", "string", "host id", required=True),
    Column("id", "string", "package, name.arch", required=True),
    Column("patch_group", "string", "patch group of the host"),
    Column("compliance_severity", "string", "gravest level it had", required=True),
    Column("advisory", "string", "advisory that was missing last"),
    Column("installed", "string", "version that was installed last while it did not comply"),
    Column("since", "instant", "approved since this instant, the earliest"),
    Column("first_seen", "instant", "instant of the first run in which it did not comply", required=True),
    Column("last_seen", "instant", "instant of the last run in which it did not comply", required=True),
    Column("ended", "instant", "instant of the run that found it in order; absent while it is open"),
    Column("outcome", "string", "open, fixed, unlisted, removed or unwanted", required=True),
    Column("days", "int64", "days from approval (else first sight) to its end, at most"),
)
"""One row a spell: a package of a host from the first run in which it did not comply to the one that found it in order.

``fixed``: another version is installed; ``unlisted``: the run lists only what fails, so nobody can tell more;
``removed``: the package is gone; ``unwanted``: the same version is no longer asked to change.
"""

EXPOSED = (
    Column("cve", "string", "CVE id", required=True),
    Column("host", "string", "host id", required=True),
    Column("packages", "list<string>", "packages it was in", required=True),
    Column("standing", "string", "missing, waiting or unapproved: the worst it was", required=True),
    Column("first_seen", "instant", "instant of the first run that found it", required=True),
    Column("last_seen", "instant", "instant of the last run that found it", required=True),
    Column("ended", "instant", "instant of the run that found it gone; absent while it is there"),
)
"""One row a host and time that it had a CVE."""
VERDICT_CHANGES = (
    Column("host", "string", "host id", required=True),
    Column("patch_group", "string", "value of the tag Patch Group"),
    Column("id", "string", "name.arch, as AWS's Id", required=True),
    Column("approval_change", "string", "NEWLY_APPROVED, LOST_APPROVAL or empty", required=True),
    Column("state_before", "string", "state in the run before", absence="that run lists no verdict on it"),
    Column("state_after", "string", "state in the run after", absence="that run lists no verdict on it"),
    Column("status_before", "string", "COMPLIANT, NON_COMPLIANT or empty in the run before"),
    Column("status_after", "string", "the same in the run after"),
    Column("installed_before", "string", "installed version in the run before"),
    Column("installed_after", "string", "installed version in the run after"),
    Column("target_before", "string", "highest version that was approved"),
    Column("target_after", "string", "highest version that is approved"),
    Column("level_before", "string", "compliance level in the run before"),
    Column("level_after", "string", "compliance level in the run after"),
    Column("advisory", "string", "advisory that decides now, else the one that decided before"),
    Column("cause", "string", "what made the difference: a word of `Cause`, several where nothing tells them apart"),
)
"""One row a verdict that differs between two runs."""

HOST_CHANGES = (
    Column("host", "string", "host id", required=True),
    Column("patch_group", "string", "value of the tag Patch Group"),
    Column("baseline_before", "string", "name of the baseline that served the host"),
    Column("baseline_after", "string", "name of the baseline that serves it"),
    Column("status_before", "string", "status in the run before", absence="the host is not in that run"),
    Column("status_after", "string", "status in the run after", absence="the host is not in that run"),
    Column("unknown_after", "list<string>", "why the host is UNKNOWN in the run after"),
    Column("missing_before", "int64", "number of patches that were MISSING or FAILED", required=True),
    Column("missing_after", "int64", "number of patches that are MISSING or FAILED", required=True),
    Column("newly_approved", "int64", "number of packages with a higher approved version", required=True),
    Column("lost_approval", "int64", "number of packages whose approved version is lower or gone", required=True),
    Column("cause", "string", "what made the difference", required=True),
)
"""One row a host on which anything differs between two runs."""

PATCH_CHANGES = (
    Column("id", "string", "name.arch, as AWS's Id", required=True),
    Column("target", "string", "the version whose approval changed, else the one that is approved"),
    Column("advisory", "string", "advisory that decided"),
    Column("approval_change", "string", "NEWLY_APPROVED, LOST_APPROVAL or empty", required=True),
    Column("hosts", "int64", "number of hosts", required=True),
    Column("missing", "int64", "on how many more hosts it is MISSING or FAILED", required=True),
    Column("noncompliant", "int64", "on how many more hosts it does not comply", required=True),
    Column("level", "string", "how its compliance level changed, `LOW → HIGH`; empty where it did not", required=True),
    Column("cause", "string", "what made the difference", required=True),
)
"""One row a package, version, advisory and kind of change."""

GROUP_CHANGES = (
    Column("patch_group", "string", "value of the tag Patch Group", absence="hosts without a group"),
    Column("hosts", "int64", "number of hosts on which anything differs", required=True),
    Column("turn_noncompliant", "int64", "number of hosts that turn NON_COMPLIANT", required=True),
    Column("turn_compliant", "int64", "number of hosts that turn COMPLIANT", required=True),
    Column("turn_unknown", "int64", "number of hosts that turn UNKNOWN", required=True),
    Column("missing", "int64", "how many more patches are MISSING or FAILED", required=True),
    Column("newly_approved", "int64", "sum over the hosts", required=True),
    Column("lost_approval", "int64", "sum over the hosts", required=True),
)
"""One row a patch group with a host on which anything differs."""

DISTINCT_PACKAGES = tuple(
    column for column in PACKAGES if column.name in ("name", "arch", "evr", "built", "priority", "section")
)
"""Of a packed fleet: one row a distinct package; its number is its row."""

INSTALLED = (
    Column("host", "int32", "row of the host in hosts.parquet, from 0; rows are sorted by it", required=True),
    Column("package", "int32", "row of the package in packages.parquet, from 0", required=True),
    *(column for column in PACKAGES if column.name in ("installed_at", "status", "held")),
)
"""Of a packed fleet: one row an installed package."""
