"""Every law is asked of both engines."""

from __future__ import annotations

import pytest

from patchrules.testing.twins import ENGINES


@pytest.fixture(params=list(ENGINES), scope="session")
def engine(request):
    """Return ``judge(situation, **changes)`` of one engine: the plain results by host."""
    judge_all = ENGINES[request.param]

    def judge(situation, *, baseline=None, hosts=None, patches=None, **options):
        return judge_all(
            situation.baseline if baseline is None else baseline,
            situation.hosts if hosts is None else hosts,
            situation.patches if patches is None else patches,
            **{**situation.options, **options},
        )

    return judge
