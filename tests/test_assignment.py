"""Every situation of SEMANTICS 7: who serves the host, by which steps, and where AWS's command fails."""

from __future__ import annotations

import pytest

from patchrules.assignment import Known, Via, baseline_for, groups_of, resolve, survey
from patchrules.codes import CODES
from patchrules.documents import load_baseline, load_registry, predefined
from patchrules.documents.baseline_tags import BaselineTags, baseline_tags
from patchrules.errors import BaselineError
from patchrules.families import family_named
from patchrules.model.baseline import Baseline, PatchPolicy, Registry
from patchrules.model.names import OperatingSystem

WINDOWS, DEBIAN = family_named("windows"), family_named("debian")
DEV = Baseline("dev", OperatingSystem.WINDOWS, baseline_id="pb-9876543210abcdef0", tags=(("Env", "dev"), ("Team", "a")))
USUAL = Baseline("usual", OperatingSystem.WINDOWS, baseline_id="pb-0123456789abcdef0", tags=(("Team", "a"),))
FORCED = Baseline("forced", OperatingSystem.WINDOWS)
AWS = predefined("AWS-DebianDefaultPatchBaseline")
REGISTRY = Registry((DEV, USUAL), {("DEV", OperatingSystem.WINDOWS): DEV}, {OperatingSystem.WINDOWS: USUAL})
POLICED = Registry((DEV, USUAL), REGISTRY.groups, REGISTRY.defaults, policies=(PatchPolicy("quick", (FORCED,)),))
TARGETED = Registry(
    (DEV,),
    REGISTRY.groups,
    policies=(PatchPolicy("a", (FORCED,), ("web-*",)), PatchPolicy("b", (DEV,), (), (("E", ()),))),
)
TWO = Registry(
    (DEV, USUAL),
    {("x", OperatingSystem.WINDOWS): DEV, ("y", OperatingSystem.WINDOWS): USUAL, ("z", OperatingSystem.WINDOWS): DEV},
)


def tags(*values: str, key: str = "Env") -> BaselineTags:
    return BaselineTags(key, values)


# (7.x, registry, family, arguments, baseline, via, steps)
SERVED = [
    ("7.8 G-GROUP: tag DEV", REGISTRY, WINDOWS, {"tags": {"Patch Group": "DEV"}}, DEV, Via.PATCH_GROUP, 1),
    ("7.8 G-GROUP: no tag", REGISTRY, WINDOWS, {}, USUAL, Via.ACCOUNT_DEFAULT, 2),
    ("7.8 G-GROUP: tag QA", REGISTRY, WINDOWS, {"tags": {"Patch Group": "QA"}}, USUAL, Via.ACCOUNT_DEFAULT, 2),
    ("7.1 the other spelling", REGISTRY, WINDOWS, {"tags": {"PatchGroup": "DEV"}}, DEV, Via.PATCH_GROUP, 1),
    ("7.1 keys have case", REGISTRY, WINDOWS, {"tags": {"patch group": "DEV"}}, USUAL, Via.ACCOUNT_DEFAULT, 2),
    (
        "7.1 stated beats tags",
        REGISTRY,
        WINDOWS,
        {"patch_group": "DEV", "tags": {"PatchGroup": "QA"}},
        DEV,
        "patch group",
        1,
    ),
    (
        "7.1 both tags, one baseline",
        TWO,
        WINDOWS,
        {"tags": {"PatchGroup": "x", "Patch Group": "z"}},
        DEV,
        "patch group",
        1,
    ),
    ("7.2 by operating system", REGISTRY, DEBIAN, {"patch_group": "DEV"}, AWS, Via.AWS_DEFAULT, 2),
    ("7.3 none registered", Registry(()), DEBIAN, {}, AWS, Via.AWS_DEFAULT, 2),
    ("7.3 override first", REGISTRY, WINDOWS, {"patch_group": "DEV", "override": [FORCED]}, FORCED, Via.OVERRIDE, 2),
    (
        "7.3 override beats tags",
        REGISTRY,
        WINDOWS,
        {"baseline_tags": tags("dev"), "override": [FORCED]},
        FORCED,
        "override",
        2,
    ),
    ("7.4 one tagged", REGISTRY, WINDOWS, {"baseline_tags": tags("dev", "x")}, DEV, Via.BASELINE_TAGS, 1),
    (
        "7.4 none, then group",
        REGISTRY,
        WINDOWS,
        {"baseline_tags": tags("q"), "patch_group": "DEV"},
        DEV,
        "patch group",
        2,
    ),
    ("7.4 none, then default", REGISTRY, WINDOWS, {"baseline_tags": tags("q")}, USUAL, Via.ACCOUNT_DEFAULT, 3),
    ("7.4 of the host's system", REGISTRY, DEBIAN, {"baseline_tags": tags("a", key="Team")}, AWS, Via.AWS_DEFAULT, 3),
    ("7.6 policy ignores groups", POLICED, WINDOWS, {"patch_group": "DEV"}, FORCED, Via.POLICY, 2),
    ("7.6 policy for other hosts", TARGETED, WINDOWS, {"patch_group": "DEV", "host": "db-1"}, DEV, Via.PATCH_GROUP, 1),
    ("7.6 policy by host", TARGETED, WINDOWS, {"host": "web-1"}, FORCED, Via.POLICY, 2),
    ("7.6 policy by tag", TARGETED, WINDOWS, {"host": "db-1", "tags": {"E": "1"}}, DEV, Via.POLICY, 2),
    ("4.8 list without override", REGISTRY, WINDOWS, {"install_override": True}, USUAL, Via.ACCOUNT_DEFAULT, 2),
]
FAILED = [
    (
        "27 no baseline of the system",
        POLICED,
        DEBIAN,
        {"patch_group": "DEV"},
        "PR1811",
        "patch policy `quick` has no baseline for DEBIAN",
    ),
    (
        "27 an empty override",
        REGISTRY,
        WINDOWS,
        {"override": []},
        "PR1811",
        "BaselineOverride has no baseline for WINDOWS",
    ),
    (
        "4.9 two of the system",
        REGISTRY,
        WINDOWS,
        {"override": [DEV, USUAL]},
        "PR1812",
        "BaselineOverride has 2 baselines for WINDOWS, wanted one",
    ),
    (
        "4.9 with an install list",
        REGISTRY,
        WINDOWS,
        {"override": [FORCED], "install_override": True},
        "PR1813",
        "a BaselineOverride and an InstallOverrideList are given together",
    ),
    (
        "4.9 a policy with one",
        POLICED,
        WINDOWS,
        {"install_override": True},
        "PR1813",
        "a BaselineOverride and an InstallOverrideList are given together",
    ),
    (
        "7.4 several tagged",
        REGISTRY,
        WINDOWS,
        {"baseline_tags": tags("a", key="Team")},
        "PR1814",
        "2 baselines of WINDOWS are tagged Team in a, wanted one: `dev` and `usual`",
    ),
    (
        "7.6 two policies",
        TARGETED,
        WINDOWS,
        {"host": "web-1", "tags": {"E": "1"}},
        "PR1815",
        "the patch policies `a` and `b` cover the host, wanted one",
    ),
    (
        "7.1 two groups",
        TWO,
        WINDOWS,
        {"tags": {"PatchGroup": "y", "Patch Group": "x"}},
        "PR1816",
        "the tags name the patch groups `x` and `y`, and AWS does not say which counts",
    ),
    (
        "27 a deleted baseline",
        Registry((), policies=(PatchPolicy("q", (FORCED,), missing=("gone",)),)),
        WINDOWS,
        {},
        "PR1817",
        "patch policy `q` names `gone`, which does not exist",
    ),
]


@pytest.mark.parametrize(
    ("registry", "family", "given", "baseline", "via", "steps"), [s[1:] for s in SERVED], ids=[s[0] for s in SERVED]
)
def test_who_serves_a_host(registry, family, given, baseline, via, steps):
    found = resolve(registry, family, **given)
    assert (found.baseline, found.via, len(found.path), found.fault) == (baseline, via, steps, None)
    assert str(found).endswith(f"`{baseline.name}`")


@pytest.mark.parametrize(
    ("registry", "family", "given", "code", "message"), [f[1:] for f in FAILED], ids=[f[0] for f in FAILED]
)
def test_where_the_command_fails_nothing_falls_back(registry, family, given, code, message):
    found = resolve(registry, family, **given)
    assert found.fault is not None
    assert (found.baseline, found.via, found.fault.code, found.fault.message) == (None, Via.NOTHING, code, message)
    assert code in CODES
    assert message in str(found)


def test_the_path_says_every_step():
    found = resolve(REGISTRY, WINDOWS, "QA", baseline_tags=tags("q"))
    assert found.path == (
        "no baseline of WINDOWS is tagged Env in q",
        "patch group `QA` is not registered for WINDOWS",
        "the account's default for WINDOWS",
    )


def test_a_registration_whose_baseline_is_not_known_is_no_default():
    answer = {
        "Mappings": [
            {
                "PatchGroup": "web",
                "BaselineIdentity": {"BaselineId": "pb-1", "BaselineName": "own", "OperatingSystem": "DEBIAN"},
            }
        ]
    }
    registry = load_registry([answer])
    found = resolve(registry, DEBIAN, "web")
    assert found.fault is not None
    assert (found.fault.code, found.baseline) == ("PR1817", None)
    assert (
        found.fault.message
        == "patch group `web` of DEBIAN is served by `own` (pb-1), whose rules are not among the files"
    )
    assert resolve(registry, DEBIAN, "db").baseline == AWS
    with pytest.raises(BaselineError, match="PR1817"):
        baseline_for(registry, DEBIAN, "web")


def test_an_own_default_that_is_aws_is_an_aws_default():
    registry = load_registry(
        [{"BaselineId": "arn:aws:ssm:eu-west-1:1:patchbaseline/pb-1", "OperatingSystem": "DEBIAN"}]
    )
    assert resolve(registry, DEBIAN).via is Via.AWS_DEFAULT


def test_a_survey_tells_orphans_two_groups_and_unused():
    hosts = [
        Known("a", "windows", "DEV"),
        Known("b", "windows", tags={"PatchGroup": "DEV", "Patch Group": "QA"}),
        Known("c", "debian"),
        Known("d"),
    ]
    found = survey(REGISTRY, hosts)
    assert (found.orphans, found.two_groups, found.unresolved) == (("c",), ("b",), ("b", "d"))
    assert [one.name for one in found.unused] == ["usual"]
    assert "the family of `d` is not known" in str(found.placed[3][1])


def test_groups_of_a_host():
    assert groups_of(None, {"PatchGroup": "a", "Patch Group": "b"}) == ("b", "a")
    assert groups_of("", {"PatchGroup": ""}) == ()


@pytest.mark.parametrize("text", ["", "Key=a", "Key=,Values=b", "Key=a,Values=,", "Key=a,Values=" + ",".join("x" * 51)])
def test_baseline_tags_that_are_none(text):
    with pytest.raises(BaselineError, match="PR1040"):
        baseline_tags(text)


def test_a_baseline_document_alone_serves_its_groups():
    one = load_baseline(b"{Name: web, OperatingSystem: DEBIAN, ApprovedPatches: [bash], PatchGroups: [web]}")
    assert baseline_for(load_registry(one), DEBIAN, "web") == one
