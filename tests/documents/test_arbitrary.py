"""Whatever bytes or values come in, only our errors come out."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.codes import CODES
from patchrules.documents import load_baselines, load_hosts, load_registry
from patchrules.documents.schema import BaselineDocument, PatchFilter, PatchFilterGroup, PatchRule, PatchRuleGroup
from patchrules.documents.shape import camel_names
from patchrules.errors import DocumentError
from patchrules.model.names import FilterKey, OperatingSystem

ALIASES = [
    info.alias or ""
    for model in (BaselineDocument, PatchRuleGroup, PatchRule, PatchFilterGroup, PatchFilter)
    for info in model.model_fields.values()
]
KEYS = st.sampled_from(
    ALIASES
    + [name for alias in ALIASES for name in camel_names(alias)]
    + ["Resources", "Type", "Properties", "patchBaseline", "Ref", "hosts", "host", "tags", "family", "boot_time"]
)
WORDS = st.sampled_from(
    [*OperatingSystem, *FilterKey, "AWS::SSM::PatchBaseline", "*", "2025-2-3", "prod-1", "${x}", ""]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=6),
    max_leaves=30,
)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "PatchFilterGroup": st.fixed_dictionaries(
            {
                "PatchFilters": st.lists(
                    st.fixed_dictionaries({"Key": WORDS, "Values": st.lists(WORDS, max_size=3)}), max_size=3
                )
            }
        )
        | JSON,
        "ApproveAfterDays": st.integers(-1, 400) | JSON,
        "ApproveUntilDate": WORDS,
        "EnableNonSecurity": JSON,
    },
)
NEARLY = st.fixed_dictionaries(
    {"Name": st.just("prod-1") | JSON},
    optional={
        "OperatingSystem": WORDS,
        "ApprovalRules": st.fixed_dictionaries({"PatchRules": st.lists(RULES, max_size=3)}),
        "GlobalFilters": JSON,
        "ApprovedPatches": st.lists(WORDS | JSON, max_size=3),
        "Sources": JSON,
        "CreatedDate": JSON,
        "Tags": JSON,
    },
)


def refused(load, source):
    """Load, and assert that what is raised is ours."""
    try:
        load(source)
    except* DocumentError as group:
        for error in group.exceptions:
            assert isinstance(error, DocumentError)
            assert error.code in CODES
            assert str(error)


@given(JSON | NEARLY)
@example({"ApprovalRules": {"PatchRules": [{"PatchFilterGroup": {"PatchFilters": [{"Key": 5, "Values": {}}]}}]}})
@example([[]])
@example({"hosts": {"\ud800": {"\ud800": 1}}})
def test_any_json_is_read_or_refused(value):
    content = json.dumps(value).encode()
    for load in (load_baselines, load_hosts, load_registry):
        refused(load, content)


@given(NEARLY)
def test_any_python_value_is_read_or_refused(value):
    refused(load_baselines, value)


@given(st.binary(max_size=200) | st.text(alphabet="{}[]:,&*!|>-?#'\"%@` \nab<1", max_size=80).map(str.encode))
@example(b"!<!> a")
@example(b"a: ! b")
@example(b"!a!b c")
@example(b"%TAG ! tag:yaml.org,2002:\n--- !map [a]")
def test_any_bytes_are_read_or_refused(content):
    refused(load_baselines, content)
    refused(load_hosts, content)
