"""``junit``: JUnit XML for CI, a testsuite a host, a failure a patch that does not comply, an error where UNKNOWN.

A host that complies is one passing test. What the run says is wrong or doubtful stands last, each a skipped test of
the suite ``the run``: it fails nothing, but for the codes of ``Look.fail_on``. Characters that XML refuses are written
as escapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import pyarrow.compute as pc

from patchrules.codes import CODES
from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.run import Run
from patchrules.model.names import Status
from patchrules.questions.explain import explained
from patchrules.questions.wording import shown
from patchrules.reports._failing import Row, failing, sentence, why_unknown
from patchrules.reports._writer import Look, Writer

_RUN = "the run"


def write(run: Run, stream: BinaryIO, look: Look) -> None:
    """Write the document host by host."""
    named = run.verdicts.filter(pc.equal(run.verdicts["status"], Status.NON_COMPLIANT.value))["host"]
    unknown = pc.equal(run.hosts["status"], Status.UNKNOWN.value)
    quiet = pc.invert(pc.is_in(run.hosts["host"], value_set=pc.unique(named)))
    said = _told(run, look.fail_on)
    failures = len(named) + sum(one.code in look.fail_on for one in said)
    tests = len(named) + (pc.sum(pc.or_(unknown, quiet)).as_py() or 0) + len(said)
    head = f'tests="{tests}" failures="{failures}" errors="{pc.sum(unknown).as_py() or 0}"'
    stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="patchrules" {head}>\n'.encode())
    stream.writelines("\n".join([*_suite(run, host, rows), ""]).encode() for host, rows in failing(run))
    stream.write("".join(f"{line}\n" for line in _said(said, look.fail_on)).encode())
    stream.write(b"</testsuites>\n")


def _suite(run: Run, host: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of one host."""
    name, unknown = _attribute(host["host"]), host["status"] == Status.UNKNOWN
    tests, errors = max(len(rows) + unknown, 1), int(unknown)
    yield f'  <testsuite name={name} tests="{tests}" failures="{len(rows)}" errors="{errors}">'
    if unknown:
        why = _attribute(why_unknown(host))
        yield f'    <testcase classname={name} name="can be judged"><error message={why}/></testcase>'
    elif not rows:
        yield f'    <testcase classname={name} name="complies"/>'
    for row in rows:
        yield from _case(name, row, host, run)
    yield "  </testsuite>"


def _case(name: str, row: Row, host: Row, run: Run) -> Iterator[str]:
    """Yield a patch that does not comply, explained."""
    why = escape("\n".join(shown(str(line)) for line in explained(row, host, run).lines))
    kind = _attribute(row["state"])
    yield f"    <testcase classname={name} name={_attribute(row['id'])}>"
    yield f"      <failure type={kind} message={_attribute(sentence(row, host))}>{why}</failure>"
    yield "    </testcase>"


def _told(run: Run, fail_on: frozenset[str]) -> list[Diagnostic]:
    """Return what is wrong or doubtful in a run, and what else of it has a code that fails: on hosts, of rows."""
    said = [one for one in run.diagnostics if one.level is not Level.INFO or one.code in fail_on]
    counts = run.doubts()
    for code in sorted(fail_on - {one.code for one in said}):
        refused = 0 if run.rejects is None else pc.sum(pc.equal(run.rejects["code"], code)).as_py() or 0
        if count := counts.get(code, 0) + refused:
            said.append(Diagnostic(code, Level.WARNING, CODES.get(code, ""), count=count))
    return said


def _said(told: Sequence[Diagnostic], fail_on: frozenset[str]) -> Iterator[str]:
    """Yield the lines of what is wrong or doubtful in a run; nothing where nothing is."""
    if not told:
        return
    failures = sum(one.code in fail_on for one in told)
    counts = f'tests="{len(told)}" failures="{failures}" errors="0" skipped="{len(told) - failures}"'
    yield f'  <testsuite name="{_RUN}" {counts}>'
    for one in told:
        kind = "failure" if one.code in fail_on else "skipped"
        yield f'    <testcase classname="{_RUN}" name={_attribute(one.code)}>'
        yield f"      <{kind} message={_attribute(one.message)}>{escape(shown(str(one)))}</{kind}>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _attribute(text: str) -> str:
    """Return a text as a quoted attribute without characters that XML refuses."""
    return quoteattr(shown(text).replace("\n", "\\n"))


WRITER = Writer(
    "junit",
    "JUnit XML, one test a patch that does not comply",
    (".junit.xml", ".xml"),
    write,
    tells=True,
    rows="noncompliant",
)
