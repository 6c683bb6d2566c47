"""``aws-patch-groups``: the answer of DescribePatchGroupState for every patch group of the fleet (SEMANTICS 5.15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.run import Run
from patchrules.model.names import Status
from patchrules.reports._aws import AWS_COUNTS, write_listed
from patchrules.reports._writer import Look, Writer

SCHEMA = "patchrules/aws-patch-groups/1"


_COUNTED = {
    **{f"InstancesWith{theirs.removesuffix('Count')}Patches": ours for theirs, ours in AWS_COUNTS},
    "InstancesWithAvailableSecurityUpdates": "available_security_update",
}
"""AWS's names for the number of instances whose count is not 0."""


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one state a patch group."""
    write_listed(run, stream, schema=SCHEMA, key="PatchGroups", listed=groups(run))


def groups(run: Run) -> Iterator[dict[str, Any]]:
    """Yield the state of every patch group by its name: how many of its instances have any patch in each state.

    Every host of a group is one of its instances; one that is UNKNOWN has no patch in any state. O(hosts) in Arrow.
    """
    hosts = run.hosts.filter(pc.is_valid(run.hosts["patch_group"]))
    known = pc.not_equal(hosts["status"], str(Status.UNKNOWN))
    having = {theirs: pc.and_(known, pc.greater(hosts[ours], 0)).cast(pa.int64()) for theirs, ours in _COUNTED.items()}
    table = pa.table({"PatchGroup": hosts["patch_group"], **having})
    summed = table.group_by("PatchGroup").aggregate([([], "count_all"), *((theirs, "sum") for theirs in having)])
    for row in summed.sort_by("PatchGroup").to_pylist():
        counts = {theirs: row[f"{theirs}_sum"] for theirs in having}
        state = {"Instances": row["count_all"], **counts, "InstancesWithUnreportedNotApplicablePatches": 0}
        yield {"PatchGroup": row["PatchGroup"], "State": state}


WRITER = Writer(
    "aws-patch-groups", "AWS: states of patch groups, as DescribePatchGroupState", (), write, rows="noncompliant"
)
