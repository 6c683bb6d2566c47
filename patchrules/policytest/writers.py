"""A result of policy tests as text: a table for people, JSON for programs, JUnit XML for CI."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from patchrules.policytest.outcome import Outcome
from patchrules.policytest.suite import Result, explanation
from patchrules.questions.wording import shown

_MOST_CASES = 50
_MOST_DIFFERENCES = 5


def table(result: Result) -> str:
    """Return the cases that do not pass, the first one explained, and the headline.

    >>> print(table(Result((Outcome("one", ok=False, differences=("missing is 0, 1 expected",)),))))
    FAILED one
      missing is 0, 1 expected
    <BLANKLINE>
    1 case: 0 passed, 1 failed
    """
    failed = [one for one in result.outcomes if not one.ok]
    parts = [_paragraph(one) for one in failed[:_MOST_CASES]]
    if len(failed) > _MOST_CASES:
        parts.append(f"… and {len(failed) - _MOST_CASES:,} more: --output-format json lists every one")
    if result.first and (why := explanation(result.first)):
        parts[0] += "\n\n" + "\n".join(f"  {line}".rstrip() for line in why.splitlines())
    return "\n\n".join([*parts, str(result)])


def as_json(result: Result) -> str:
    """Return the result as JSON: how many passed and failed, and the differences of each case."""
    return json.dumps(result.as_dict(), indent=2, ensure_ascii=False)


def junit(result: Result) -> str:
    """Return the result as JUnit XML, a testsuite per topic.

    >>> print(junit(Result((Outcome("one", ok=True),))))
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="1" failures="0">
      <testsuite name="cases" tests="1" failures="0">
        <testcase classname="cases" name="one"/>
      </testsuite>
    </testsuites>
    """
    suites: dict[str, list[Outcome]] = {}
    for one in result.outcomes:
        suites.setdefault(_topic(one), []).append(one)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites tests="{len(result.outcomes)}" failures="{result.failed}">',
    ]
    for topic, outcomes in suites.items():
        failed = sum(not one.ok for one in outcomes)
        lines.append(f'  <testsuite name={_attribute(topic)} tests="{len(outcomes)}" failures="{failed}">')
        lines += [_testcase(one, topic) for one in outcomes]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


WRITERS: Mapping[str, Callable[[Result], str]] = MappingProxyType({"table": table, "json": as_json, "junit": junit})
"""The writers by the name of their format."""


def _paragraph(outcome: Outcome) -> str:
    """Return a case that does not pass: its id, where it stands, and how it differs."""
    place = outcome.case.place if outcome.case else ""
    head = f"FAILED {outcome.case_id}" + (f"  {place}" if place not in ("", outcome.case_id) else "")
    lines = [f"  {line}" for line in outcome.differences[:_MOST_DIFFERENCES]]
    more = len(outcome.differences) - _MOST_DIFFERENCES
    return shown("\n".join([head, *lines, *([f"  … and {more:,} more differences"] if more > 0 else [])]))


def _testcase(outcome: Outcome, topic: str) -> str:
    """Return the element of one case."""
    head = f"    <testcase classname={_attribute(topic)} name={_attribute(outcome.case_id)}"
    if outcome.ok:
        return f"{head}/>"
    first = outcome.differences[0] if outcome.differences else "it does not pass"
    why = explanation(outcome)
    text = escape(shown("\n".join([*outcome.differences, *(["", why] if why else [])])))
    return f"{head}>\n      <failure message={_attribute(first)}>{text}</failure>\n    </testcase>"


def _topic(outcome: Outcome) -> str:
    """Return what a case is grouped by: its topic, else the file it stands in."""
    if outcome.case is None:
        return "cases"
    file = outcome.case.place.partition("#")[0].rpartition(":")[0] or outcome.case.place.partition("#")[0]
    return str(outcome.case.fields.get("topic") or file)


def _attribute(text: str) -> str:
    """Return a text as a quoted attribute without characters that XML refuses."""
    return quoteattr(shown(text))
