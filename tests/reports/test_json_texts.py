"""JSON and JSON lines are the bytes of ``json.dumps``, row by row."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.model.columns import COUNTS
from patchrules.model.names import State
from patchrules.reports import _host_texts, _json_texts, jsonl_report
from patchrules.reports._hosts import EVIDENCE, LISTS, PATCH, SCHEMA, diagnostics
from tests.reports.conftest import host_of, run_of_rows, verdict

TEXTS = st.sampled_from(["", '"\\', "\n\x00\x1f\x7f", "\u2028\u00e9", "\U0001f600", "null"]) | st.text()
INSTANTS = st.datetimes(timezones=st.just(UTC))
LISTS_OF_TEXTS = st.lists(st.none() | TEXTS, max_size=3)
KINDS = {
    "text": (pa.string(), TEXTS),
    "coded": (pa.dictionary(pa.int32(), pa.string()), TEXTS),
    "number": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "flag": (pa.bool_(), st.booleans()),
    "instant": (pa.timestamp("us", tz="UTC"), INSTANTS),
    "list": (pa.list_(pa.string()), LISTS_OF_TEXTS),
    'map "\u00e9"': (
        pa.map_(pa.string(), pa.int64()),
        st.dictionaries(TEXTS, st.integers(0, 9)).map(lambda one: list(one.items())),
    ),
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | values for name, (_, values) in KINDS.items()}), max_size=9)


def plain(value):
    """Return a value as JSON has it."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


@given(ROWS, st.integers(0, 9), st.integers(1, 4))
@example([dict.fromkeys(KINDS)], 0, 1)
def test_a_table_is_a_json_object_a_row(rows, cut, some):
    schema = pa.schema([(name, kind) for name, (kind, _) in KINDS.items()])
    table = pa.Table.from_pylist(rows, schema)
    # Rows that a slice leaves out are in its memory, and are not written.
    table = pa.concat_tables([table.slice(0, cut), table.slice(cut)])
    stream = io.BytesIO()
    before, jsonl_report._ROWS = jsonl_report._ROWS, some
    try:
        jsonl_report.write_table(table, stream)
    finally:
        jsonl_report._ROWS = before
    objects = [
        {name: dict(row[name] or ()) if name.startswith("map") else plain(row[name]) for name in KINDS} for row in rows
    ]
    lines = [json.dumps(one, separators=(",", ":")) for one in objects]
    assert stream.getvalue().decode().splitlines() == lines


OPTIONAL = ("installed", "target", "advisory", "list_entry", "rule", "released_at", "installed_at", *LISTS)
PATCHES = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "arch": st.sampled_from(["", "x86_64"]),
        "title": TEXTS,
        "held": st.booleans(),
        "state": st.sampled_from(State),
    },
    optional={"advisory": st.none() | TEXTS, "installed_at": INSTANTS, "rule": st.none()}
    | dict.fromkeys(LISTS, st.none() | LISTS_OF_TEXTS),
)


def plain_host(host, rows):
    """Return the object of a host as ``json`` knows it."""
    patches = [
        {name: row[name] for name in PATCH}
        | {"evidence": {name: plain(row[name]) for name in EVIDENCE} | {name: row[name] or [] for name in LISTS}}
        for row in sorted(rows, key=lambda row: (row["name"], row["arch"]))
    ]
    said = {
        "schema": SCHEMA,
        "host": host["host"],
        "baseline": host["baseline"],
        "as_of": "2026-11-01T12:00:00Z",
        "dialect": "documented",
    }
    said |= {
        "status": host["status"],
        "unknown": host["unknown"] or [],
        "counts": {name: host[name] for name in COUNTS},
    }
    return said | {
        "non_compliant_severity": host["non_compliant_severity"],
        "doubts": dict(host["doubts"]),
        "patches": patches,
    }


def plain_report(objects, told):
    """Return the document of some hosts."""
    found = (
        {**objects[0], "diagnostics": told}
        if len(objects) == 1
        else {"schema": SCHEMA, "hosts": objects, "diagnostics": told}
    )
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


@given(st.dictionaries(TEXTS, st.lists(PATCHES, max_size=4), max_size=4), st.booleans(), st.integers(1, 5))
def test_reports_are_the_json_of_their_hosts(fleet, told, some):
    found = {name: [verdict(name, **one) for one in patches] for name, patches in fleet.items()}
    hosts = [host_of(name, rows, unknown=None if rows else ["NO_CATALOG"]) for name, rows in found.items()]
    doubts = [pr.Diagnostic("PR1211", pr.errors.Level.ERROR, "half \ud800")] if told else []
    run = run_of_rows(hosts, [row for rows in reversed(found.values()) for row in rows], doubts)
    objects = [plain_host(host, found[host["host"]]) for host in hosts]
    before, _host_texts._ROWS = _host_texts._ROWS, some
    try:
        indented, lines = (written(run, form) for form in ("json", "jsonl"))
    finally:
        _host_texts._ROWS = before
    assert indented == plain_report(objects, diagnostics(run)).encode("utf-8", "backslashreplace")
    last = [{"schema": SCHEMA, "diagnostics": diagnostics(run)}] if told else []
    assert lines.decode().splitlines() == [json.dumps(one, separators=(",", ":")) for one in [*objects, *last]]


def written(run, form):
    """Return the bytes of a report."""
    stream = io.BytesIO()
    pr.write(run, stream, format=form)
    return stream.getvalue()


def test_lists_are_written_piece_by_piece(monkeypatch):
    lengths, write = [], _json_texts._lists
    monkeypatch.setattr(_json_texts, "_PIECE", 3)

    def written(lists, *given):
        lengths.append(len(lists))
        return write(lists, *given)

    monkeypatch.setattr(_json_texts, "_lists", written)
    lists = [[str(number)] * (number % 3) for number in range(8)]
    found = _json_texts.cells(pa.chunked_array([lists[:7], lists[7:]]), _json_texts.Layout(indented=False), 0)
    assert found.to_pylist() == [json.dumps(one, separators=(",", ":")) for one in lists]
    assert lengths == [3, 3, 1, 1]


def test_a_text_is_written_as_json_once_however_many_patches_say_it(monkeypatch):
    asked, dumps = [], json.dumps

    def counting(value, **options):
        asked.append(value)
        return dumps(value, **options)

    monkeypatch.setattr(json, "dumps", counting)
    rows = [verdict("web-1", State.MISSING, "bash", cves=["CVE-2026-1"]) for _ in range(50)]
    written(run_of_rows([host_of("web-1", rows)], rows), "json")
    assert asked.count("bash.x86_64:0:2-1") == asked.count("CVE-2026-1") == 1
