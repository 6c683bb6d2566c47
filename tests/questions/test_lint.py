"""Lint: each finding from a small document, its place and hint whole; what it says nothing of; and how it is written."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.codes import CODES
from patchrules.errors import Diagnostic, Level, Where
from patchrules.families import families
from patchrules.questions.lint.lists import overlap
from patchrules.questions.lint.places import no_place
from patchrules.questions.lint.rules import rules
from patchrules.questions.lint.writers import WRITERS, as_json, github, sarif, table
from patchrules.reference.approvals import old_enough, selected
from patchrules.reference.patterns import matches
from patchrules.testing.strategies import situations

AL2 = pr.OperatingSystem.AMAZON_LINUX_2
CRITICAL = pr.PatchFilter("SEVERITY", ("Critical",))
SECURITY = pr.PatchFilter("CLASSIFICATION", ("Security",))


def baseline(system=AL2, **fields):
    return pr.Baseline("prod-1", system, **fields)


def rule(*filters, **fields):
    return pr.ApprovalRule(filters, **{"approve_after_days": 7, **fields})


NEVER, CLASH, SHADOW, OVERLAP = "PR8001", "PR8002", "PR8003", "PR8004"
FOUND = [
    (baseline(rules=(rule(pr.PatchFilter("SEVERITY", ("High",))),)), [f"warning {NEVER}: rule 1 can never match: Amazon Linux 2 has none of the values of SEVERITY\n  at /ApprovalRules/PatchRules/0"]),
    (baseline(rules=(rule(pr.PatchFilter("SECTION", ("libs",))),)), [f"warning {NEVER}: rule 1 can never match: Amazon Linux 2 does not use SECTION\n  at /ApprovalRules/PatchRules/0"]),
    (baseline(rules=(rule(CRITICAL, pr.PatchFilter("SEVERITY", ("Low",))),)), [f"warning {NEVER}: rule 1 can never match: SEVERITY cannot be Critical and Low\n  at /ApprovalRules/PatchRules/0"]),
    (baseline(global_filters=(pr.PatchFilter("SEVERITY", ("Low", "Medium")),), rules=(rule(CRITICAL),)), [f"warning {CLASH}: rule 1 contradicts the global filters, which leave it nothing: SEVERITY cannot be Low or Medium and Critical\n  at /ApprovalRules/PatchRules/0\n  hint: a patch has to pass both: widen one of them"]),
    (baseline(rules=(rule(), rule(CRITICAL))), [f"warning {SHADOW}: rule 2 adds nothing: rule 1 approves all that it does, no later\n  at /ApprovalRules/PatchRules/1\n  hint: take it away, or narrow the other"]),
    (baseline(rules=(rule(CRITICAL), rule(CRITICAL))), [f"warning {SHADOW}: rule 2 adds nothing: rule 1 approves all that it does, no later\n  at /ApprovalRules/PatchRules/1\n  hint: take it away, or narrow the other"]),
    (baseline(approved_patches=("kernel-*",), rejected_patches=("kernel-debug*",)), [f"warning {OVERLAP}: `kernel-*` of the approved patches and `kernel-debug*` of the rejected ones overlap, and rejection wins\n  at /ApprovedPatches/0\n  hint: take one of them away"]),
    (baseline(approved_patches=("Bash",), rejected_patches=("bash",)), [f"warning {OVERLAP}: `Bash` of the approved patches is rejected by `bash`, and rejection wins\n  at /ApprovedPatches/0\n  hint: take one of them away"]),
    (baseline(rules=(rule(pr.PatchFilter("SEVERITY", ("*", "Low"))),)), ["info PR8005: `*` of SEVERITY selects everything, so its other 1 value say nothing\n  at /ApprovalRules/PatchRules/0/PatchFilterGroup/PatchFilters/0/Values"]),
    (baseline(rules=(rule(pr.PatchFilter("SEVERITY", ("Low", "low"))),)), ["info PR8005: a value of SEVERITY is given twice\n  at /ApprovalRules/PatchRules/0/PatchFilterGroup/PatchFilters/0/Values"]),
    (baseline(pr.OperatingSystem.AMAZON_LINUX_2023, rules=(rule(pr.PatchFilter("SEVERITY", ("Medium", "Moderate"))),)), ["info PR8005: values of SEVERITY select the same: Medium, Moderate\n  at /ApprovalRules/PatchRules/0/PatchFilterGroup/PatchFilters/0/Values"]),
    (baseline(global_filters=(pr.PatchFilter("PRODUCT", ("AmazonLinux2", "AmazonLinux2.0")),)), ["info PR8005: values of PRODUCT are spellings of one another: AmazonLinux2, AmazonLinux2.0\n  at /GlobalFilters/PatchFilters/0/Values"]),
    (baseline(approved_patches=("*",)), ["warning PR8006: `*` approves every patch, whatever the rules and dates say\n  at /ApprovedPatches/0"]),
    (baseline(rejected_patches=("*",)), ["warning PR8006: `*` rejects every patch, whatever the rules and dates say\n  at /RejectedPatches/0"]),
    (baseline(pr.OperatingSystem.DEBIAN, rejected_patches=("CVE-2024-3094",)), ["warning PR8007: `CVE-2024-3094` is an id, and lists for Debian take names only: it matches nothing\n  at /RejectedPatches/0\n  hint: name the packages"]),
    (baseline(approved_patches=("kernel-4.14.123-*",)), ["info PR8008: `kernel-4.14.123-*` means some versions only: what is released later may have another\n  at /ApprovedPatches/0"]),
    (baseline(approved_patches=("ALAS-2024-1",)), ["info PR8009: `ALAS-2024-1` is an id: it means every patch that carries it, spelled exactly so\n  at /ApprovedPatches/0"]),
    (baseline(pr.OperatingSystem.WINDOWS, rejected_patches=("MS10-048",)), ["info PR8009: `MS10-048` is an id: it means every patch that carries it, spelled exactly so\n  at /RejectedPatches/0"]),
    (baseline(approved_patches=("bash*", "bash", "bash-doc", "bash*")), [
        "info PR8010: `bash` says nothing more than `bash*` of the same list\n  at /ApprovedPatches/1",
        "info PR8010: `bash-doc` says nothing more than `bash*` of the same list\n  at /ApprovedPatches/2",
        "info PR8010: `bash*` says nothing more than `bash*` of the same list\n  at /ApprovedPatches/3",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("system", "value", "code", "near"),
    [
        ("DEBIAN", "Debian 12", "PR8030", "Debian12"),
        ("DEBIAN", "Debian12.5", "PR8030", "Debian12"),
        ("DEBIAN", "Debian-12.5", "PR8030", "Debian12"),
        ("DEBIAN", "Debian99", None, None),
        ("RASPBIAN", "Raspbian11.1", "PR8030", "Raspbian11"),
        ("UBUNTU", "Ubuntu2204", "PR8030", "Ubuntu22.04"),
        ("UBUNTU", "Ubuntu 22.04.3", "PR8030", "Ubuntu22.04"),
        ("UBUNTU", "Ubuntu22", "PR8030", "Ubuntu22.04` or `Ubuntu22.10"),
        ("UBUNTU", "ubuntu22.04", None, None),
        ("UBUNTU", "Ubuntu22.4", "PR8030", "Ubuntu22.04"),
        ("UBUNTU", "ubuntu 22.4.1", "PR8030", "Ubuntu22.04"),
        ("UBUNTU", "ubuntu-22.04", "PR8030", "Ubuntu22.04"),
        ("DEBIAN", "Debian012", "PR8030", "Debian12"),
        ("MACOS", "macos 14.5", "PR8030", "macOS14.5"),
        ("REDHAT_ENTERPRISE_LINUX", "redhat enterprise linux 9.3", "PR8030", "RedhatEnterpriseLinux9.3"),
        ("UBUNTU", "Ubuntu30.04", None, None),
        ("REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux 9.3", "PR8030", "RedhatEnterpriseLinux9.3"),
        ("REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux9", "PR8031", None),
        ("REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux9.0", None, None),
        ("SUSE", "Suse15", "PR8031", None),
        ("AMAZON_LINUX_2", "AmazonLinux2.0", None, None),
        ("AMAZON_LINUX_2023", "AmazonLinux2023", None, None),
        ("AMAZON_LINUX", "AmazonLinux2017.09", None, None),
        ("MACOS", "Mojave10.14.1", None, None),
        ("MACOS", "macOS14", None, None),
        ("MACOS", "macOS14.2.1", None, None),
        ("WINDOWS", "Windows Server 2022", "PR8030", "WindowsServer2022"),
        ("WINDOWS", "Windows Server 2012 R2", "PR8030", "WindowsServer2012R2"),
        ("WINDOWS", "WindowsServer2020", "PR8030", None),
        ("WINDOWS", "WindowsServer2031", None, None),
        ("WINDOWS", "Windows10LTSB", None, None),
        ("WINDOWS", "Office 2016", None, None),
    ],
)
def test_a_product_that_is_none_is_told_and_one_that_may_be_is_not(system, value, code, near):
    only = pr.Baseline("b", pr.OperatingSystem[system], rules=(rule(pr.PatchFilter("PRODUCT", ("*", value))),))
    found = [one for one in pr.lint(only) if one.code in ("PR8030", "PR8031")]
    assert [one.code for one in found] == ([code] if code else [])
    if code == "PR8030":
        assert [(one.level, one.hint) for one in found] == [
            (Level.WARNING, f"did you mean `{near}`?" if near else None)
        ]
        assert found[0].where
        assert found[0].where.pointer == "/ApprovalRules/PatchRules/0/PatchFilterGroup/PatchFilters/0/Values/1"


@pytest.mark.parametrize(
    ("system", "value", "usual"),
    [
        ("MACOS", "MacOS14.5", "macOS14.5"),
        ("MACOS", "mojave10.14.6", "Mojave10.14.6"),
        ("MACOS", "macOS14.5", None),
        ("MACOS", "MACOS-Sonoma", None),
        ("UBUNTU", "ubuntu22.04", "Ubuntu22.04"),
        ("AMAZON_LINUX", "amazonlinux2018.03", "AmazonLinux2018.03"),
        ("AMAZON_LINUX_2023", "amazonlinux2023", "AmazonLinux2023"),
        ("REDHAT_ENTERPRISE_LINUX", "RedHatEnterpriseLinux9.3", "RedhatEnterpriseLinux9.3"),
        ("WINDOWS", "windowsserver2022", "WindowsServer2022"),
        ("WINDOWS", "windowsserver2012r2", "WindowsServer2012R2"),
        ("WINDOWS", "office 2016", None),
        ("WINDOWS", "Windows10LTSB", None),
        ("WINDOWS", "*", None),
    ],
)
def test_a_product_in_another_case_is_told_as_its_family_writes_it(system, value, usual):
    only = {"PatchFilters": [{"Key": "PRODUCT", "Values": [value]}]}
    given = {"Name": "prod", "OperatingSystem": system, "GlobalFilters": only, "ApprovedPatches": ["bash"]}
    said = [one.message for one in pr.load_baseline(given).diagnostics if one.code == "PR1213"]
    assert said == ([f"`{value}` is usually written `{usual}`"] if usual else [])


@pytest.mark.parametrize(
    ("system", "entry", "said"),
    [
        ("WINDOWS", "5035857", "did you mean `KB5035857`?"),
        ("WINDOWS", "kb 5035857", "did you mean `KB5035857`?"),
        ("WINDOWS", "KB5035857", None),
        ("WINDOWS", "MS10-048", None),
        ("AMAZON_LINUX_2", "5035857", None),
    ],
)
@pytest.mark.parametrize("field", ["approved_patches", "rejected_patches"])
def test_the_number_of_a_kb_alone_means_nothing(system, entry, said, field):
    approved, rejected = ((entry,), ()) if field == "approved_patches" else ((), (entry,))
    given = pr.Baseline("b", pr.OperatingSystem[system], approved_patches=approved, rejected_patches=rejected)
    found = pr.lint(given)
    assert [(one.level, one.hint) for one in found if one.code == "PR8032"] == ([(Level.WARNING, said)] if said else [])
    assert not said or "PR8009" not in {one.code for one in found}


@pytest.mark.parametrize(
    ("given", "said"), FOUND, ids=[said[0].split(":")[0].split()[-1] + str(n) for n, (_, said) in enumerate(FOUND)]
)
def test_each_finding_says_what_where_and_what_to_do(given, said):
    assert [str(one) for one in pr.lint(given)] == said


SILENT = [
    baseline(rules=(rule(CRITICAL, SECURITY), rule(CRITICAL, approve_after_days=8))),
    baseline(rules=(rule(SECURITY), rule(CRITICAL, approve_after_days=3))),
    baseline(rules=(rule(SECURITY), rule(SECURITY, CRITICAL, compliance_level=pr.ComplianceLevel.HIGH))),
    baseline(rules=(rule(SECURITY), rule(SECURITY, CRITICAL, enable_non_security=True))),
    baseline(rules=(rule(SECURITY), rule(SECURITY, approve_after_days=None, approve_until=date(2025, 1, 1)))),
    baseline(rules=(rule(pr.PatchFilter("SEVERITY", ("*",)), CRITICAL),)),
    baseline(approved_patches=("kernel-debug*",), rejected_patches=("bash*",)),
    baseline(pr.OperatingSystem.WINDOWS, rules=(rule(), rule(pr.PatchFilter("PATCH_SET", ("APPLICATION",))))),
]  # fmt: skip


@pytest.mark.parametrize("given", SILENT, ids=str)
def test_what_is_sane_has_no_finding(given):
    assert pr.lint(given) == ()


NAMED = [
    ("{Name: prod-1, OperatingSystem: UBUNTU, ApprovalRules: {PatchRules: [{PatchFilterGroup: {PatchFilters: []}, ApproveAfterDays: 7}]}}", {"PR1201"}),
    ("{Name: prod-1, OperatingSystem: AMAZON_LINUX_2, ApprovalRules: {PatchRules: [{PatchFilterGroup: {PatchFilters: [{Key: SEVERITY, Values: [High, Informational]}]}, ApproveAfterDays: 7}]}}", {"PR1212", NEVER}),
    ("{Name: prod-1, OperatingSystem: AMAZON_LINUX_2, ApprovalRules: {PatchRules: [{PatchFilterGroup: {PatchFilters: [{Key: CLASSIFICATION, Values: [SecurityUpdates]}]}, ApproveAfterDays: 7}]}}", {"PR1212", NEVER}),
    ("{Name: prod-1, OperatingSystem: WINDOWS, ApprovalRules: {PatchRules: [{PatchFilterGroup: {PatchFilters: [{Key: SEVERITY, Values: [Critical]}]}, ApproveAfterDays: 7}]}}", {"PR1211", NEVER}),
    ("{Name: prod-1, OperatingSystem: AMAZON_LINUX_2, ApprovalRules: {PatchRules: [{}]}}", {"PR1207"}),
    ("{Name: prod-1, ApprovedPatches: [KB5030219]}", {"PR1210"}),
    ("{Name: prod-1, OperatingSystem: AMAZON_LINUX_2, ApprovedPatches: [KB5030219]}", {"PR1215"}),
    ("{Name: prod-1, OperatingSystem: WINDOWS_SERVER, ApprovedPatches: [KB5030219]}", {"PR1015"}),
    ("{Name: prod-1, OperatingSystem: SUSE, ApprovedPatches: [bash], RejectedPatchesAction: BLOCK_AS_PENDING}", {"PR1015"}),
    ("{Name: prod-1, OperatingSystem: SUSE, ApprovalRules: {PatchRules: [{PatchFilterGroup: {PatchFilters: []}, ApproveAfterDays: {Ref: Days}}]}}", {"PR1016"}),
    ("{Name: prod-1, OperatingSystem: SUSE, ApprovalRules: {PatchRules: [{PatchFilterGroup: {PatchFilters: []}, ApproveAfterDays: '${var.x}'}]}}", {"PR1016"}),
    ("{Name: prod-1, OperatingSystem: SUSE, ApprovalRules: {PatchFilterGroup: {PatchFilters: []}, ApproveAfterDays: 7}}", {"PR1010"}),
    ("{name: prod-1, operatingSystem: SUSE, approvedPatches: [bash]}", {"PR8011"}),
    ("[{OperatingSystem: SUSE, ApprovedPatches: [bash]}]", {"PR8012"}),
    ("{Name: prod-1, OperatingSystem: WINDOWS, ApprovedPatchesEnableNonSecurity: true, ApprovedPatches: [KB1]}", {"PR1214"}),
    ('{"Name": "prod-1", "OperatingSystem": "SUSE", "ApprovedPatches": ["a"], "ApprovedPatches": ["b"], "ApprovedPatches": ["c"]}', {"PR1202"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "codes"), NAMED, ids=[text[:70] for text, _ in NAMED])
def test_every_oddity_of_real_baselines_has_a_code(text, codes):
    assert codes <= {one.code for one in pr.lint(text.encode())}


def test_what_cannot_be_read_is_said_to_be_looked_at_in_part_only():
    odd = b"{Name: ok, OperatingSystem: SUSE, ApprovedPatches: ['*'], PatchGroups: [a, b, a]}"
    assert [str(one) for one in pr.lint(odd)] == [
        "error PR1013: `Name` is `ok`, wanted 3 to 128 letters, digits, `_`, `-` and `.`\n  at 1:8 at /Name",
        "info PR8033: the baseline cannot be read, so that it was not looked at as a whole\n  at 1:8 at /Name\n"
        "  hint: mend what is wrong: more may be found then",
    ]
    told = {str(one) for one in pr.lint(odd.replace(b"ok", b"prod"))}
    assert "info PR1052: the patch group `a` is given twice\n  at 1:81 at /PatchGroups/2\n  hint: take it away" in told
    assert len(told) == 2


def test_a_finding_stands_at_its_line_and_has_a_hint(tmp_path):
    file = tmp_path / "prod.yaml"
    file.write_text(
        "Name: prod-1\nOperatingSystem: AMAZON_LINUX_2\nApprovalRules:\n  PatchRules:\n    - ApproveAfterDays: 7\n"
        "      PatchFilterGroup:\n        PatchFilters:\n          - {Key: SEVERITY, Values: [Critical, High]}\n"
    )
    [found] = pr.lint(file)
    assert str(found) == (
        "error PR1212: `High` is no SEVERITY known for Amazon Linux 2, it may match nothing\n"
        f"  at {file}:8:48 at /ApprovalRules/PatchRules/0/PatchFilterGroup/PatchFilters/0/Values/1\n"
        "  hint: did you mean `Important`?"
    )


@pytest.mark.parametrize("name", pr.predefined_names())
def test_awss_own_baselines_have_a_note_on_delays_at_most(name):
    assert {(one.code, one.level) for one in pr.lint(name)} <= {("PR1201", Level.INFO)}


NOTICE = b"""<updates><update type="security"><id>RHSA-1</id><severity>Important</severity><issued date="2026-10-01"/><pkglist>
<package name="curl" epoch="0" version="8.1" release="1" arch="x86_64"/></pkglist></update></updates>"""


def test_with_a_catalog_what_matches_nothing_in_it_is_found():
    given = baseline(
        pr.OperatingSystem.REDHAT_ENTERPRISE_LINUX,
        rules=(rule(pr.PatchFilter("PRODUCT", ("RedhatEnterpriseLinux9.3",)), CRITICAL), rule(pr.PatchFilter("SEVERITY", ("important",)))),
        approved_patches=("curl*", "crl", "RHSA-1"),
        rejected_patches=("CVE-2024-1",),
    )  # fmt: skip
    catalog = pr.read_catalog(NOTICE, family="rhel")
    found = [str(one) for one in pr.lint(given, catalogs=catalog) if one.code >= "PR8020"]
    place = "/ApprovalRules/PatchRules/0"
    assert found == [
        f"warning PR8020: no patch of the catalog has the SEVERITY `Critical`\n  at {place}/PatchFilterGroup/PatchFilters/1/Values/0\n  hint: it has Important",
        f"warning PR8021: rule 1 selects none of the 1 patches of the catalog\n  at {place}",
        "warning PR8022: `crl` means no patch of the catalog\n  at /ApprovedPatches/1\n  hint: did you mean `curl`?",
        "warning PR8022: `CVE-2024-1` means no patch of the catalog\n  at /RejectedPatches/0",
    ]  # fmt: skip
    assert pr.lint(baseline(approved_patches=("crl",)), catalogs=[catalog]) == ()


@given(situations(), st.data())
def test_a_rule_that_adds_nothing_can_be_taken_away_and_one_that_never_matches_selects_nothing(situation, data):
    given = situation.baseline
    family = next(one for one in families().values() if one.operating_system is given.operating_system)
    facts, host = family.documented, situation.hosts[0]
    settings = pr.evaluate(given, host, [], **situation.options).settings
    for found in rules(given, family, no_place):
        if found.code not in (NEVER, CLASH, SHADOW):
            continue
        number = int(found.message.split()[1])
        one = given.rules[number - 1]
        for patch in situation.patches:
            released_at = patch.updated or patch.issued or patch.built
            if selected(given, one, patch, host, facts):
                assert found.code == SHADOW
                others = [other for other in given.rules if other is not one]
                if old_enough(one, released_at, facts, settings):
                    assert any(
                        selected(given, other, patch, host, facts)
                        and old_enough(other, released_at, facts, settings)
                        and other.compliance_level.rank >= one.compliance_level.rank
                        for other in others
                    )


@given(st.text("ab*?", max_size=5), st.text("ab*?", max_size=5), st.lists(st.text("ab", max_size=5), max_size=20))
def test_globs_that_both_match_a_text_overlap(one, other, texts):
    if any(matches(one, [text]) and matches(other, [text]) for text in texts):
        assert overlap(one, other)


def test_globs_without_a_common_text_do_not_overlap():
    pairs = [("a*", "b*"), ("*a", "*b"), ("a?", "a"), ("", "?"), ("a*b", "ba*")]
    assert [overlap(*pair) for pair in pairs] == [False] * len(pairs)


FINDINGS = (
    Diagnostic("PR8001", Level.WARNING, "rule 1 can never match", Where("a.yaml", 3, 7, "/Rules/0"), hint="widen\nit"),
    Diagnostic("PR1210", Level.INFO, "100% sure", Where(pointer="")),
)


def test_annotations_of_github():
    assert github(FINDINGS).splitlines() == [
        "::warning file=a.yaml,line=3,col=7,title=PR8001::rule 1 can never match%0Ahint: widen%0Ait",
        "::notice title=PR1210::100%25 sure",
    ]


def test_sarif_names_rule_level_and_place():
    run = json.loads(sarif(FINDINGS))["runs"][0]
    assert run["tool"]["driver"]["rules"] == [
        {"id": code, "shortDescription": {"text": CODES[code]}} for code in ("PR1210", "PR8001")
    ]
    first, second = run["results"]
    assert (first["ruleId"], first["level"]) == ("PR8001", "warning")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a.yaml"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert (second["level"], "locations" in second) == ("note", False)


def test_json_and_text():
    rows = json.loads(as_json(FINDINGS))
    assert (rows["schema"], [row["code"] for row in rows["findings"]]) == ("patchrules/lint/1", ["PR8001", "PR1210"])
    assert rows["findings"][0]["meaning"] == CODES["PR8001"]
    assert table(FINDINGS).splitlines()[-1] == "1 warning, 1 note"


@pytest.mark.parametrize("form", WRITERS)
def test_every_format_takes_no_finding(form):
    assert isinstance(WRITERS[form]([]), str)
