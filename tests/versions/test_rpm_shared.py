"""What rpm, yum and AWS answered on the pairs of ../shared."""

from __future__ import annotations

import csv
import gzip
import json

import pytest

from patchrules.errors import VersionError
from patchrules.versions.rpm import Evr, compare, compare_evr, compare_parts, evr_key, part_key, sort_key, split

TABLES = {"rpm-rpmvercmp.tsv": 91, "univers-rpm-compare.tsv": 3, "rpm-real-evr-pairs-labelled.shared.tsv": 3147}


def sign(one, two):
    return (one > two) - (one < two)


def tsv(path):
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["a"], row["b"], int(row["cmp"])) for row in rows]


def jsonl(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def both_ways(facts):
    """Return the facts that comparison or keys of whole texts get wrong."""
    return [
        (a, b, want)
        for a, b, want in facts
        if {compare(a, b), -compare(b, a), sign(sort_key(a), sort_key(b))} != {want}
    ]


@pytest.mark.parametrize(("name", "rows"), TABLES.items())
def test_pairs_labelled_by_rpm(shared, name, rows):
    facts = tsv(shared / "data" / "versions" / name)
    assert len(facts) >= rows
    assert both_ways(facts) == []


def test_rpmvercmp_rows_are_parts(shared):
    facts = tsv(shared / "data" / "versions" / "rpm-rpmvercmp.tsv")
    assert [fact for fact in facts if compare_parts(*fact[:2]) != fact[2]] == []
    assert [fact for fact in facts if sign(part_key(fact[0]), part_key(fact[1])) != fact[2]] == []


def test_evr_pairs_of_yum(shared):
    rows = jsonl(shared / "conformance" / "version_pairs_evr_yum.jsonl.gz")
    facts = [(evr(row["left"]), evr(row["right"]), row["aws"]) for row in rows]
    assert len(facts) >= 1000
    assert [fact for fact in facts if compare_evr(*fact[:2]) != fact[2]] == []
    assert [fact for fact in facts if sign(evr_key(fact[0]), evr_key(fact[1])) != fact[2]] == []
    # As one text: a blank is refused there, and without a stated epoch a `:` of the version would end one.
    whole = [(str(a), str(b), want) for a, b, want in facts if all(reads_back(side) for side in (a, b))]
    assert len(whole) > 0.95 * len(facts)
    assert both_ways(whole) == []


def evr(side):
    return Evr(None if side["epoch"] is None else int(side["epoch"]), side["version"], side["release"])


def reads_back(side):
    try:
        return split(str(side)) == side
    except VersionError:
        return False


def test_pairs_of_aws_as_librpm_sorts_them(shared):
    rows = jsonl(shared / "conformance" / "version_pairs_rpm.jsonl.gz")
    facts = [
        (a, b, want)
        for a, b, want in ((row["left"], row["right"], row["librpm"]) for row in rows)
        if ":" not in a + b and ("-" in a) == ("-" in b)
    ]
    assert len(facts) >= 800
    # The column was made by splitting at the first `-`; librpm itself splits whole texts at the last one.
    whole = [fact for fact in facts if all(side and " " not in side and side.count("-") < 2 for side in fact[:2])]
    assert len(whole) > 0.95 * len(facts)
    assert both_ways(whole) == []
    fields = [(part_fields(a), part_fields(b), want) for a, b, want in facts]
    assert [fact for fact in fields if compare_evr(*fact[:2]) != fact[2]] == []
    assert [fact for fact in fields if sign(evr_key(fact[0]), evr_key(fact[1])) != fact[2]] == []


def part_fields(text):
    version, dash, release = text.partition("-")
    return Evr(None, version, release if dash else None)
