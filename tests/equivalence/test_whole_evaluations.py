"""Reference == batch: every verdict, count and doubt of whole evaluations (STYLE, habit 2).

``mutants.py`` beside this file shows that a small change of either engine does not pass here. The profile ``long``
(``HYPOTHESIS_PROFILE=long``) compares 20,000 evaluations of all families.
"""

from __future__ import annotations

from hypothesis import given, settings

from patchrules.testing.twins import by_batch, by_reference
from patchrules.testing.updates import all_situations

EXAMPLES = settings().max_examples
LONG = 20_000


@settings(max_examples=EXAMPLES if EXAMPLES >= LONG else 6 * EXAMPLES)
@given(all_situations())
def test_batch_equals_reference(situation):
    given_to_both = (situation.baseline, situation.hosts, situation.patches)
    assert by_batch(*given_to_both, **situation.options) == by_reference(*given_to_both, **situation.options)
