"""Every verdict that an evaluation can give can be explained, whatever the family."""

from __future__ import annotations

from hypothesis import given

from patchrules.evaluation.host import evaluate
from patchrules.questions.explain import explain
from patchrules.testing.twins import catalog_of
from patchrules.testing.updates import all_situations


@given(all_situations())
def test_every_verdict_can_be_explained(situation):
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    for host in situation.hosts:
        report = evaluate(situation.baseline, host, catalog, **situation.options)
        for verdict in report.verdicts:
            assert str(verdict.state) in str(explain(report, verdict.id))
