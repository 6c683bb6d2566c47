"""What each baseline found in the world does: a recorded table, so that a change of mind is seen.

`realworld.tsv` has one line a document: where it is, how it ends (`loads`, `refused`), and the codes that are told.
After a change that is meant, write it anew: `python tests/documents/test_realworld.py`.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchrules.documents import load_baselines
from patchrules.errors import BaselineError

RECORDED = Path(__file__).with_name("realworld.tsv")
RST_JSON = re.compile(r"^    \{\n(?:(?:    .*)?\n)*?    \}$", re.MULTILINE)


def found(shared: Path) -> Iterator[tuple[str, Path | bytes]]:
    """Yield every document of ../shared/data/baselines that is, or claims to be, a baseline."""
    home = shared / "data" / "baselines"
    for path in sorted(home.glob("aws-public/*.json")):
        yield f"aws-public/{path.name}", path
    for line in (home / "wild-baselines.shared.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield f"wild/{row['source_id']}", json.dumps(row["baseline"]).encode()
    for path in sorted(home.glob("awscli-examples/*.rst")):
        for number, block in enumerate(RST_JSON.findall(path.read_text(encoding="utf-8"))):
            if "ApprovalRules" in block:
                yield f"awscli-examples/{path.name}#{number}", block.encode()
    for path in sorted(home.glob("awsdocs/*.json")):
        if "ApprovalRules" in path.read_text(encoding="utf-8"):
            yield f"awsdocs/{path.name}", path
    for path in sorted(home.glob("terraform-*/*.tf")):
        yield f"{path.parent.name}/{path.name}", path


def outcome(source: Path | bytes | dict[str, object]) -> str:
    """Return how loading ends, with the codes told."""
    try:
        baselines = load_baselines(source)
    except BaselineError as error:
        return f"refused\t{error.code}"
    except ExceptionGroup as group:
        codes = [error.code for error in group.exceptions if isinstance(error, BaselineError)]
        return f"refused\t{' '.join(codes)}"
    return f"loads\t{' '.join(one.code for baseline in baselines for one in baseline.diagnostics)}"


def table(shared: Path) -> list[str]:
    """Return the lines of the recorded table as they are today."""
    return [f"{label}\t{outcome(source)}".rstrip() for label, source in found(shared)]


def test_the_world_does_what_it_did(shared):
    assert table(shared) == RECORDED.read_text(encoding="utf-8").splitlines()


# AWS's node takes these, AWS's API and the documented dialect do not (DECISIONS 2, SEMANTICS 1.2).
NODE_ONLY = {"yum-h-077": "PR1017", "dnf-h-077": "PR1017", "apt-h-015": "PR1014", "zypper-h-077": "PR1017"}


@pytest.mark.parametrize("manager", ["yum", "dnf", "apt", "zypper"])
def test_every_baseline_of_the_conformance_cases_loads_unless_only_the_node_takes_it(shared, manager):
    with gzip.open(shared / "conformance" / f"cases_{manager}_hand.jsonl.gz", "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    assert len(cases) > 50
    ends = {case["case_id"]: outcome(case["baseline"]) for case in cases}
    refused = {case: end.split("\t")[1] for case, end in ends.items() if end.startswith("refused")}
    assert refused == {case: code for case, code in NODE_ONLY.items() if case.startswith(manager)}


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED.parents[3] / "shared"
    RECORDED.write_text("".join(line + "\n" for line in table(here)), encoding="utf-8")
