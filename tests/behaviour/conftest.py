"""Every behaviour is asked of both engines."""

from __future__ import annotations

import pytest

from patchrules.testing.twins import ENGINES


@pytest.fixture(params=list(ENGINES), scope="session")
def engine(request):
    """Return ``judge(baseline, host, patches, *, as_of, **options)`` of one engine: one host's plain result.

    ``result["by_id"]`` has the verdict rows by ``name.arch``.
    """
    judge_all = ENGINES[request.param]

    def judge(baseline, host, patches, *, as_of, **options):
        result = judge_all(baseline, [host], list(patches), as_of=as_of, **options)[host.id]
        return {**result, "by_id": {row["id"]: row for row in result["rows"]}}

    return judge
