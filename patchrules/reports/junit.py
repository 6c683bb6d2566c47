"""``junit``: JUnit XML for CI, a testsuite a host, a failure a patch that does not comply, an error where UNKNOWN.

A host that complies is one passing test. What the run says is wrong or doubtful stands last, each a skipped test of
the suite ``the run``: it fails nothing. Characters that XML refuses are written as escapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.run import Run
from patchrules.model.names import Status
from patchrules.questions.explain import explained
from patchrules.questions.wording import shown
from patchrules.reports._failing import Row, failing, sentence, why_unknown
from patchrules.reports._writer import Look, Writer

_RUN = "the run"


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the document host by host."""
    named = run.verdicts.filter(pc.equal(run.verdicts["status"], Status.NON_COMPLIANT.value))["host"]
    unknown = pc.equal(run.hosts["status"], Status.UNKNOWN.value)
    quiet = pc.invert(pc.is_in(run.hosts["host"], value_set=pc.unique(named)))
    said = [one for one in run.diagnostics if one.level is not Level.INFO]
    tests = len(named) + (pc.sum(pc.or_(unknown, quiet)).as_py() or 0) + len(said)
    head = f'tests="{tests}" failures="{len(named)}" errors="{pc.sum(unknown).as_py() or 0}"'
    stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="patchrules" {head}>\n'.encode())
    stream.writelines("\n".join([*_suite(run, host, rows), ""]).encode() for host, rows in failing(run))
    stream.write("".join(f"{line}\n" for line in _said(said)).encode())
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


def _said(told: Sequence[Diagnostic]) -> Iterator[str]:
    """Yield the lines of what is wrong or doubtful in a run; nothing where nothing is."""
    if not told:
        return
    counts = f'tests="{len(told)}" failures="0" errors="0" skipped="{len(told)}"'
    yield f'  <testsuite name="{_RUN}" {counts}>'
    for one in told:
        yield f'    <testcase classname="{_RUN}" name={_attribute(one.code)}>'
        yield f"      <skipped message={_attribute(one.message)}>{escape(shown(str(one)))}</skipped>"
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
