"""Reference == batch on Windows hosts alone, which the whole test draws one time in four."""

from __future__ import annotations

from hypothesis import given, settings

from patchrules.testing.twins import by_batch, by_reference
from patchrules.testing.updates import update_situations


@settings(max_examples=4 * settings().max_examples)
@given(update_situations())
def test_batch_equals_reference(situation):
    given_to_both = (situation.baseline, situation.hosts, situation.patches)
    assert by_batch(*given_to_both, **situation.options) == by_reference(*given_to_both, **situation.options)
