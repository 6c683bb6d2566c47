"""``aws-patch-states``: the answer of DescribeInstancePatchStates, had AWS judged the fleet (SEMANTICS 5.15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from patchrules.evaluation.run import Run
from patchrules.model.names import Status
from patchrules.reports._aws import AWS_COUNTS, baseline_id, operation_of, snapshot_id, write_listed
from patchrules.reports._writer import Look, Writer

SCHEMA = "patchrules/aws-patch-states/1"
NOT_COUNTED = -1
"""What AWS writes where it does not count what it left out."""


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one state a host."""
    write_listed(run, stream, schema=SCHEMA, key="InstancePatchStates", listed=states(run))


def states(run: Run) -> Iterator[dict[str, Any]]:
    """Yield an InstancePatchState for every host that is not UNKNOWN; one without patch group has an empty one."""
    snapshot, operation = snapshot_id(run), operation_of(run)
    for batch in run.hosts.to_batches(max_chunksize=1000):
        for host in batch.to_pylist():
            if host["status"] == Status.UNKNOWN:
                continue
            yield {
                "InstanceId": host["host"],
                "PatchGroup": host["patch_group"] or "",
                "BaselineId": baseline_id(host),
                "SnapshotId": snapshot,
                **{theirs: host[ours] for theirs, ours in AWS_COUNTS},
                "UnreportedNotApplicableCount": NOT_COUNTED,
                "AvailableSecurityUpdateCount": host["available_security_update"],
                "Operation": str(run.settings.operation),
                **operation,
            }


WRITER = Writer("aws-patch-states", "AWS: states of instances, as DescribeInstancePatchStates", (), write)
