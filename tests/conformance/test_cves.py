"""In the dialect `agent`, what is MISSING or FAILED names the CVEs that AWS's engine names (SEMANTICS 9.e)."""

from __future__ import annotations

import pytest

from patchrules.policytest import read_cases, run

pytestmark = pytest.mark.shared

UNEXPLAINED = {("dnf-r-0015", "MISSING")}
"""The CVEs of a version that an override list wants, told of the baseline's target; dnf-r-0237 does not tell them."""


@pytest.mark.parametrize("manager", ["dnf", "yum", "zypper"])
@pytest.mark.parametrize("engine", ["reference", "batch"])
def test_every_row_names_the_cves_of_aws(shared, manager, engine):
    wrong, compared = set(), 0
    for kind in ("hand", "random"):
        for case in read_cases(shared / "conformance" / f"cases_{manager}_{kind}.jsonl.gz"):
            if "error" in case.expected or case.fields.get("order_dependent"):
                continue
            judged = run(case, dialect="agent", engine=engine).judged
            assert judged is not None
            said = {(row["title"], row["state"]): sorted(row["cves"]) for row in judged.rows}
            for row in case.expected["patches"]:
                if row["state"] == "NOT_APPLICABLE":
                    continue
                compared += bool(row.get("cve_ids"))
                if said[row["title"], row["state"]] != sorted(row.get("cve_ids") or ()):
                    wrong.add((case.case_id, row["state"]))
    assert compared > 80
    assert wrong - UNEXPLAINED == set()
