"""What dpkg, apt and AWS answered on the pairs of ../shared."""

from __future__ import annotations

import csv
import gzip
import json
import re
import shutil
import subprocess

import pytest

from patchrules.errors import VersionError
from patchrules.versions.dpkg import compare, sort_key, split

# Per table: how many rows at least, and every text in it that dpkg 1.21.22 complains about (`dpkg --validate-version`).
TABLES = {
    "apt-compareversion.tsv": (72, set("-.apz") | {"III-alpha9.8", "III-alpha9.8-1.5", "2.2.4-47978_Debian_lenny"}),
    "dpkg-t-version-compare.tsv": (16, {"0:0-", "a-0", "b-0"}),
    "deb-real-pairs-labelled.shared.tsv": (1533, set()),
}

# The texts of version_pairs_deb that dpkg 1.21.22 complains about are those with one of these faults, and no others:
# "invalid character" (211 of the 985 texts at hand), "revision number is empty" (7), "epoch is not number" (4). In
# texts with two faults dpkg names the first it meets, and so do the counts.
COMPLAINTS = {"PR5003": re.compile(r"_"), "PR5002": re.compile(r"-$"), "PR5004": re.compile(r"^\d+\.\d+:")}


def sign(one, two):
    return (one > two) - (one < two)


def tsv(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            (row["a"], row["b"], row["cmp"]) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def aws_pairs(shared):
    with gzip.open(shared / "conformance" / "version_pairs_deb.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [(row["left"], row["right"], row["aws"]) for row in map(json.loads, lines)]


def refusal_code(text):
    try:
        split(text)
    except VersionError as refused:
        return refused.code
    return None


def wrong(facts):
    """Return the facts that comparison or keys get wrong."""
    return [
        (a, b, want)
        for a, b, want in facts
        if {compare(a, b), -compare(b, a), sign(sort_key(a), sort_key(b))} != {want}
    ]


@pytest.mark.parametrize(("name", "rows", "refused"), [(name, *rest) for name, rest in TABLES.items()])
def test_pairs_labelled_by_dpkg(shared, name, rows, refused):
    facts = tsv(shared / "data" / "versions" / name)
    assert len(facts) >= rows
    assert {text for fact in facts for text in fact[:2] if refusal_code(text)} == refused
    assert wrong([(a, b, int(want)) for a, b, want in facts if not {a, b} & refused]) == []


def test_pairs_sorted_by_univers(shared):
    facts = tsv(shared / "data" / "versions" / "univers-deb-sorted-pairs.tsv")
    assert len(facts) >= 13
    assert {want for *_, want in facts} == {"<="}
    assert [(a, b) for a, b, _ in facts if compare(a, b) > 0 or sort_key(a) > sort_key(b)] == []


def test_parse_cases_of_dpkg(shared):
    lines = (shared / "data" / "versions" / "dpkg-t-version-parse.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    assert len(cases) >= 64
    assert [case for case in cases if (refusal_code(case["version"]) is None) != (case["outcome"] == "ok")] == []


def test_pairs_of_aws(shared):
    pairs = aws_pairs(shared)
    assert len(pairs) >= 1000
    refused = {text for pair in pairs for text in pair[:2] if refusal_code(text)}
    faulty = {text for pair in pairs for text in pair[:2] if any(fault.search(text) for fault in COMPLAINTS.values())}
    assert refused == faulty
    assert set(map(refusal_code, refused)) == set(COMPLAINTS)
    accepted = [pair for pair in pairs if not refused & set(pair[:2])]
    assert len(accepted) >= 799
    assert wrong(accepted) == []


def test_dpkg_complains_about_the_texts_we_refuse(shared):
    if not shutil.which("dpkg"):
        pytest.skip("needs `dpkg`")
    texts = sorted({text for pair in aws_pairs(shared) for text in pair[:2]})
    loop = 'while IFS= read -r v; do dpkg --validate-version -- "$v" 2>/dev/null; echo $?; done'
    done = subprocess.run(["sh", "-c", loop], input="\n".join(texts) + "\n", capture_output=True, text=True, check=True)
    complained = [text for text, code in zip(texts, done.stdout.split(), strict=True) if code != "0"]
    assert complained == [text for text in texts if refusal_code(text)]
