"""The quirks of AWS's on-node engine 1.80, by name: what the dialects do, and the change that tells a quirk at work."""

# ruff: noqa: E501 - sentences of a table

from __future__ import annotations

from dataclasses import dataclass, replace

import changes as c

from patchrules.model.names import Operation, RejectedPatchesAction, State
from patchrules.reference.merging import merged

YUM, DNF, ZYPPER, APT = "yum", "dnf", "zypper", "apt"
RPM = (YUM, DNF, ZYPPER)
ALL = (*RPM, APT)


@dataclass(frozen=True)
class Quirk:
    """One way in which AWS's engine differs; ``source`` is where the findings tell of it."""

    name: str
    source: str
    managers: tuple[str, ...]
    documented: str
    agent: str
    change: c.Change


# The order matters where several changes would do: those that stand first are given up first, so the narrow ones, which
# stand last, are kept as the explanation.
QUIRKS = (
    Quirk(
        "advisory-id", "AGENT 14, 2.2.2", (DNF,),
        "a notice is known by its id",
        "a notice is known by its reference to itself",
        c.same_words,
    ),
    Quirk(
        "all-offered", "Q17, 5.4, 2.2.8", RPM,
        "of approved versions that nobody offers, the installed one counts and the others are passed over for the next",
        "yum gives up the package when the highest approved version is not offered; dnf and zypper know offered versions only",
        c.patches(lambda _, rows: (replace(one, offered=True) for one in rows)),
    ),
    Quirk(
        "no-rejected-list", "Q16, Q12", ALL,
        "the installed version is asked for in the rejected list, after whether a newer one is missing",
        "yum and apt ask only where nothing is approved; zypper asks for the highest available version",
        c.baseline(rejected_patches=()),
    ),
    Quirk(
        "dates", "2.1.6, 2.2.3, 2.4.4, Q36", RPM,
        "ISO 8601, epoch seconds and zone offsets are read; an unreadable `updated` leaves `issued`",
        "fixed formats; zones are dropped; what cannot be read is 1970, that is old",
        c.fact("dates"),
    ),
    Quirk(
        "order", "Q10, 6.1", (DNF, ZYPPER),
        "real rpm order",
        "`^` only separates, and a version without release is compared with one as a whole text",
        c.fact("order"),
    ),
    Quirk(
        "list-syntax", "Q13, Q14, Q45, 4.3", (ZYPPER,),
        "names and globs, as in every other list",
        "the start of a name as a regular expression, then `=`, `!=`, `<`, `>` and versions",
        c.fact("list_syntax", "approved_ids", "rejected_ids", "name_forms", "override_forms"),
    ),
    Quirk(
        "updated", "Q5, 2.2.2", (DNF, ZYPPER),
        "the `updated` date of a notice starts the wait again",
        "dnf reads `issued` only; zypper prints one date",
        c.patches(lambda _, rows: (replace(one, updated=None, updated_text=None) for one in rows)),
    ),
    Quirk(
        "no-notice-date", "Q7, 2.2.4", (DNF, ZYPPER),
        "a package that no notice names is as old as its build",
        "such a package is of 1970: every delay is over",
        c.patches(lambda _, rows: (one if one.advisory else replace(one, built=c.EPOCH) for one in rows)),
    ),
    Quirk(
        "rejected-ids", "4.4, DECISIONS 8", RPM,
        "ids of advisories, CVEs and bugs work in the rejected list, too",
        "the rejected list is asked for names only",
        c.fact("rejected_ids"),
    ),
    Quirk(
        "gate", "Q3, Q4, 2.2.5", (DNF,),
        "security is what any notice names",
        "security is what a notice with a type and a severity element names; an empty severity element counts",
        c.fact("security_gate"),
    ),
    Quirk(
        "security-archive", "2.3.2, AGENT 11", (APT,),
        "security is what comes from suite or codename `*-security`, or from label or host of Debian's security archive",
        "security is `security` anywhere in the archive's name, or Debian's security host anywhere in the site; the archive must be trusted",
        c.patches(c.archive_named_security),
    ),
    Quirk(
        "version-forms", "Q19, 4.1", (YUM, DNF, APT),
        "an entry begins with the package's name",
        "a bare version names every package of that version",
        c.fact("name_forms", "override_forms"),
    ),
    Quirk(
        "value-case", "Q1, 3.3", (YUM,),
        "values are compared without regard to case",
        "the value must be written in Title Case",
        c.fact("value_case"),
    ),
    Quirk(
        "priority-case", "Q1, 3.3", (APT,),
        "values are compared without regard to case",
        "the filter's value is lowered, the archive's is not",
        c.fact("value_case"),
    ),
    Quirk(
        "product-case", "3.3", RPM,
        "PRODUCT is compared without regard to case",
        "PRODUCT is compared letter by letter",
        c.fact("product_case"),
    ),
    Quirk(
        "repeated-key", "3.3", (APT,),
        "a key given twice is two filters, both must hold",
        "the last one of a key counts",
        c.fact("repeated_key"),
    ),
    Quirk(
        "unknown-key", "Q24, DECISIONS 15", (APT,),
        "a filter of a key that the family does not use selects nothing",
        "such a filter is passed over",
        c.fact("unknown_key"),
    ),
    Quirk(
        "globals-bind", "Q2, 4.6", (YUM, APT),
        "the approved list goes before global filters",
        "global filters stop approved ids (yum), and approved names (apt)",
        c.fact("globals_bind"),
    ),
    Quirk(
        "future", "DECISIONS 29", ALL,
        "a patch released after the instant does not exist yet",
        "lists and until-dates approve it",
        c.agents_fact("time_travel"),
    ),
    Quirk(
        "majors", "DECISIONS 22", RPM,
        "a package built for another major release is not applicable",
        "it is a candidate like any other",
        c.agents_fact("majors"),
    ),
    Quirk(
        "rows-disagree", "DECISIONS 23, AGENT 26", ALL,
        "notices with one id are one: highest severity, earliest date",
        "yum keeps the first notice, the others use each",
        c.patches(c.first_notice),
    ),
    Quirk(
        "merged", "DECISIONS 23", RPM,
        "rows of one notice and version are one patch, with a diagnostic",
        "each row counts",
        c.patches(lambda found, rows: (one for one, _ in merged(rows, found.family.documented.identity))),
    ),
    Quirk(
        "epochs", "Q9, 2.2.6, 2.4.6", (DNF, ZYPPER),
        "the epoch goes before the version",
        "epochs are left out of comparisons",
        c.chain(
            c.patches(lambda _, rows: map(c.epochless, rows)), c.packages(lambda _, rows: map(c.epochless, rows))
        ),
    ),
    Quirk(
        "several-installed", "Q18, DECISIONS 14", (DNF, ZYPPER),
        "the newest of several installed versions counts",
        "the one that is listed last counts",
        c.packages(c.newest_installed),
    ),
    Quirk(
        "installed-unoffered", "Q8, 5.5", (YUM, DNF),
        "an installed version is judged by its notice",
        "only if it is still offered",
        c.patches(c.installed_bare),
    ),
    Quirk(
        "older-versions", "2.2.8, 2.3.3, AGENT 22", (DNF, ZYPPER, APT),
        "what is newer than every approved version is INSTALLED",
        "versions older than what is installed are dropped, so it is INSTALLED_OTHER",
        c.patches(c.without_older),
    ),
    Quirk(
        "installed-unknown", "5.4, decision 0001", (YUM,),
        "an installed version that the catalog does not know is judged as a package without notice",
        "it is not judged",
        c.patches(c.installed_offered),
    ),
    Quirk(
        "equal-text", "5.7, AGENT 19", (APT,),
        "the title of INSTALLED is the installed version as it is written there",
        "it is the equal version as the archive writes it",
        c.patches(c.one_text),
    ),
    Quirk(
        "modules", "2.2.7", (DNF,),
        "packages of streams that are not enabled are candidates where nobody says which are",
        "they are dropped",
        c.patches(lambda _, rows: (replace(one, module=None) for one in rows)),
    ),
    Quirk(
        "blocked-dependency", "Q35, AGENT 17", (DNF,),
        "an update that needs a rejected package is MISSING",
        "under BLOCK the update vanishes from the report",
        c.patches(lambda _, rows: (replace(one, requires=()) for one in rows)),
    ),
    Quirk(
        "rejected-allowed", "Q15", (DNF, ZYPPER),
        "INSTALLED_REJECTED under BLOCK only",
        "INSTALLED_REJECTED under either action",
        c.baseline(rejected_patches_action=RejectedPatchesAction.BLOCK),
    ),
    Quirk(
        "override", "4.8, AGENT 32, 33", ALL,
        "one row a package: FAILED or MISSING",
        "two rows where the list and the baseline want something; FAILED rows have no level (yum, apt)",
        c.settings(install_override=None, operation=Operation.SCAN),
    ),
    Quirk(
        "foreign-arch", "AGENT 29", (APT,),
        "`all` and foreign packages keep their architecture, and lists name them by their name",
        "`all` is shown as the native architecture, a foreign name carries its architecture",
        c.both(c.natives),
    ),
    Quirk(
        "text-order", "Q11, 2.3.3", (APT,),
        "the highest approved version by dpkg's order",
        "the first by text: 1.9 before 1.10",
        c.patches(c.one_newer),
    ),
    Quirk(
        "one-archive", "2.3.2", (APT,),
        "each archive's row of a version is asked",
        "one row a version: the first archive's priority, security if any archive is",
        c.patches(c.one_archive),
    ),
    Quirk(
        "absent-bare", "AGENT 24", (ZYPPER,),
        "what is not installed is judged by its notices",
        "what is not installed carries no notice",
        c.patches(c.bare_absent),
    ),
    Quirk(
        "several-notices", "3.9, AGENT 25", RPM,
        "of several notices on one version that with the highest level, then severity, is shown",
        "dnf shows the first; yum and zypper the first of that level",
        c.patches(c.one_notice),
    ),
    Quirk(
        "absent-level", "AGENT 24", (APT,),
        "NOT_APPLICABLE has the level of the rule that approves",
        "NOT_APPLICABLE has no level",
        c.blind(c.without("compliance_severity", states=[State.NOT_APPLICABLE])),
    ),
    Quirk(
        "other-title", "Q12, AGENT 23", (ZYPPER,),
        "the title of INSTALLED_OTHER and INSTALLED_REJECTED is the installed version",
        "it is the highest version available",
        c.blind(c.without("title", "classification", "severity", states=c.UNAPPROVED)),
    ),
    Quirk(
        "other-bare", "5.4, 5.5, 5.11", (YUM, DNF),
        "INSTALLED_OTHER and INSTALLED_REJECTED show what the notice of the installed version says",
        "they show no classification and no severity",
        c.blind(c.without("classification", "severity", states=c.UNAPPROVED)),
    ),
    Quirk(
        "title-case", "2.1.3", (YUM,),
        "classification and severity as the notice writes them",
        "in Title Case",
        c.blind(c.title_case),
    ),
    Quirk(
        "severity-none", "2.1.4", (YUM,),
        "a notice without severity shows none",
        "it shows `None`",
        c.blind(c.said_none),
    ),
)  # fmt: skip
