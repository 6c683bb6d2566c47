"""The contract of every report format: any run, the same bytes, whole or not at all."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import tracemalloc

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import patchrules as pr
from patchrules.errors import DocumentError
from patchrules.evaluation.plain import plain
from patchrules.model.columns import COUNTS, VERDICTS
from patchrules.model.names import State, Unknown
from patchrules.reports import writer_for, writers
from patchrules.sources.placed import placed
from tests.reports.conftest import HOSTILE, ODD, OPTIONS, host_of, run_of_rows, verdict

NAMES = sorted(writers())
STREAMS = [name for name in NAMES if not writers()[name].is_folder]
RUNS = ("empty", "full", "hostile")


@pytest.fixture
def run(request):
    return request.getfixturevalue(request.param)


def written(run, form, **options):
    stream = io.BytesIO()
    pr.write(run, stream, format=form, **{**OPTIONS.get(form, {}), **options})
    return stream.getvalue()


def files(place):
    return {one.name: one.read_bytes() for one in place.iterdir()} if place.is_dir() else place.read_bytes()


@pytest.mark.parametrize("run", RUNS, indirect=True)
@pytest.mark.parametrize("form", NAMES)
def test_the_same_run_is_written_in_the_same_bytes_over_what_was_there(run, form, tmp_path):
    places = [tmp_path / "one", tmp_path / "two"]
    for place in (*places, places[0]):
        pr.write(run, place, format=form, **OPTIONS.get(form, {}))
    assert files(places[0]) == files(places[1])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["one", "two"]
    if form in STREAMS:
        assert files(places[0]) == written(run, form)


@pytest.mark.parametrize("run", RUNS, indirect=True)
@pytest.mark.parametrize("form", NAMES)
def test_how_the_rows_lie_in_memory_says_nothing(run, form, tmp_path):
    half = run.verdicts.num_rows // 2
    cut = pa.concat_tables([run.verdicts.slice(0, half), run.verdicts.slice(half)])
    for name, one in (("one", run), ("two", dataclasses.replace(run, verdicts=cut))):
        pr.write(one, tmp_path / name, format=form, **OPTIONS.get(form, {}))
    assert files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.parametrize("run", RUNS, indirect=True)
@pytest.mark.parametrize("form", [name for name in NAMES if writers()[name].rows == "noncompliant"])
def test_a_format_that_reads_what_does_not_comply_says_the_same_of_a_run_of_that_alone(run, form):
    failing = run.verdicts.filter(pc.equal(run.verdicts["status"].cast(pa.string()), "NON_COMPLIANT"))
    assert written(dataclasses.replace(run, verdicts=failing, rows="noncompliant"), form) == written(run, form)


STREAMING = ("asff", "csv", "json", "jsonl", "junit", "ocsf", "sarif")
"""The formats with a row, a result or a host each; the others are summaries, or Arrow's own memory."""


@pytest.mark.parametrize("form", STREAMING)
def test_what_grows_with_the_hosts_is_streamed(form):
    peaks = []
    for size in (100, 300):
        rows = [verdict(f"web-{n}", State.MISSING, name) for n in range(size) for name in ("a", "b")]
        run = run_of_rows([host_of(f"web-{n}", rows[2 * n : 2 * n + 2]) for n in range(size)], rows)
        del rows
        written(run_of_rows([]), form)
        tracemalloc.start()
        pr.write(run, Nowhere(), format=form, **OPTIONS.get(form, {}))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # What is kept of every host is its place among the verdicts; a report that is held whole grows threefold.
    assert peaks[1] < 2 * peaks[0] + 100_000


class Nowhere(io.BytesIO):
    """A stream that keeps nothing."""

    def write(self, data):
        return len(data)


def test_json_of_several_hosts_says_everything(full):
    found = json.loads(written(full, "json"))
    assert list(found) == ["schema", "hosts", "diagnostics"]
    assert found["schema"] == "patchrules/report/1"
    assert found["diagnostics"] == plain(ODD)
    web, lab, other = found["hosts"]
    assert [one["state"] for one in web["patches"]] == sorted(State, key=str.lower)
    assert web["counts"] == dict.fromkeys(COUNTS, 0) | {state.lower(): 1 for state in State} | {
        "security_non_compliant": 4
    }
    assert (lab["host"], lab["baseline"], lab["unknown"], lab["patches"]) == ("lab-1", None, list(Unknown), [])
    assert (other["status"], other["patches"]) == ("COMPLIANT", [])
    first = {name: value for name, value in web["patches"][0].items() if name != "evidence"}
    told = web["patches"][0]["evidence"]
    assert set(first) | set(told) == {column.name for column in VERDICTS} - {"host", "name", "arch"}
    assert (told["notes"], told["chain"], told["held"], told["since"]) == (
        ["PR7001"],
        [],
        False,
        "2026-11-01T12:00:00Z",
    )


def test_json_of_one_host_is_its_object_and_the_diagnostics(full):
    one = dataclasses.replace(full, hosts=full.hosts.slice(0, 1))
    found = json.loads(written(one, "json"))
    assert found.pop("diagnostics") == plain(ODD)
    assert found == json.loads(written(full, "json"))["hosts"][0]


def test_json_lines_are_hosts_and_at_the_end_the_diagnostics(full):
    lines = [json.loads(line) for line in written(full, "jsonl").splitlines()]
    assert lines[:-1] == json.loads(written(full, "json"))["hosts"]
    assert lines[-1] == {"schema": "patchrules/report/1", "diagnostics": plain(ODD)}
    assert len(written(dataclasses.replace(full, diagnostics=()), "jsonl").splitlines()) == 3


def test_an_empty_run_is_a_whole_document(empty):
    assert json.loads(written(empty, "json")) == {"schema": "patchrules/report/1", "hosts": [], "diagnostics": []}
    assert written(empty, "jsonl") == b""
    assert len(written(empty, "csv").splitlines()) == 1
    assert written(empty, "table").decode().splitlines()[0].startswith("0 hosts  ·")
    assert "There is no host in the inventory." in written(empty, "table").decode()


def test_csv_has_a_row_a_verdict_and_one_for_a_host_without(full):
    rows = list(csv.DictReader(io.StringIO(written(full, "csv").decode())))
    assert [(row["host"], row["state"]) for row in rows] == [
        *[("web-1", state) for state in sorted(State, key=str.lower)],
        ("lab-1", ""),
        ("web-2", ""),
    ]
    assert rows[8]["unknown"] == " ".join(Unknown)


def test_hostile_names_are_kept_by_machines_and_harm_nobody(hostile):
    hosts = [one["host"] for one in json.loads(written(hostile, "json"))["hosts"]]
    lines = [json.loads(line) for line in written(hostile, "jsonl").split(b"\n") if line]
    assert hosts == list(HOSTILE) == [one["host"] for one in lines[:-1]]
    assert all(byte < 0x80 for byte in written(hostile, "jsonl"))
    cells = [cell for row in csv.reader(io.StringIO(written(hostile, "csv").decode(), newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r\n\uff1d" and cell]
    assert {cell.removeprefix("'") for cell in cells} >= set(HOSTILE)


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("width", [80, 200])
def test_a_hostile_name_cannot_move_the_terminal(hostile, color, width):
    text = written(hostile, "table", width=width, color=color).decode()
    assert "\x1b[31mred" not in text
    text = re.sub(r"\x1b\[[0-9;]*m", "", text) if color else text
    assert not [char for char in text if not char.isprintable() and char != "\n"]
    assert width == 80 or "[bold]rich[/bold]" in text


@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_table_keeps_to_its_width(full, width):
    lines = written(full, "table", width=width).decode().splitlines()
    assert max(len(line) for line in lines if not line.startswith("Next: ")) <= width


def test_the_table_says_what_is_wrong_before_anything_else(full):
    lines = written(full, "table").decode().splitlines()
    at = lines.index("Wrong in a baseline")
    assert lines[at + 1 : at + 4] == [
        "  PR1211  there is no filter key `SEVERTY`, the filter matches nothing",
        "          at odd.json at /ApprovalRules/PatchRules/0",
        "          hint: did you mean `SEVERITY`?",
    ]
    assert at < next(number for number, line in enumerate(lines) if line.startswith("Host "))
    assert not [line for line in lines[at + 4 :] if "PR1211" in line]
    assert "  PR3202  12x  notices have no severity" in lines


def test_the_table_names_every_state_that_fails_and_every_reason(full):
    text = written(full, "table", width=160).decode()
    for name in ("missing.x86_64  ", "failed.x86_64 (failed)", "installed_rejected.x86_64 (installed rejected)"):
        assert name in text
    assert "installed_pending_reboot.x86_64 (installed pending reboot)" in text
    for reason in Unknown:
        assert f"  {reason}" in text
    assert "no catalog fits its system: give one, --catalog 'PRODUCT_GLOB=PATH'" in text
    assert "no package, or no whole list of them, was read (PR21xx say why): collect the list again" in text
    for form in ("markdown", "html", "junit"):
        assert "no installed package, or no whole list of them, was read" in written(full, form).decode()


def test_an_available_update_that_does_not_comply_is_listed():
    rows = [verdict("win-1", State.AVAILABLE_SECURITY_UPDATE, "KB1", id="KB1", status="NON_COMPLIANT")]
    run = run_of_rows([host_of("win-1", rows, family="windows", product="WindowsServer2019")], rows)
    unstated = dataclasses.replace(run.baselines[0], available_security_updates=None)
    text = written(dataclasses.replace(run, baselines=(unstated,)), "table").decode()
    assert "KB1 (available security update)   not installed" in text
    assert "Next: patchrules explain KB1 --host win-1" in text


def test_one_thing_is_said_in_the_singular(full):
    one = dataclasses.replace(full, hosts=full.hosts.slice(2, 1), verdicts=full.verdicts.slice(0, 0))
    assert written(one, "table").decode().startswith("1 host  ·")
    many = run_of_rows([host_of(f"web-{number:02}") for number in range(41)])
    assert "  … and 1 more host (1 compliant): --output-format csv lists every one" in written(many, "table").decode()


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("verdicts.csv", "csv"),
        ("VERDICTS.JSON", "json"),
        ("a.b.ndjson", "jsonl"),
        ("report.txt", "table"),
        ("report", "table"),
        (".report", "table"),
        ("folder.d/report", "table"),
        ("verdicts/", "parquet"),
        ("monday.run", "parquet"),
    ],
)
def test_the_end_of_a_name_says_the_format(name, form):
    assert writer_for(name).name == form


@pytest.mark.parametrize(
    ("target", "form", "said"),
    [
        (
            "out.parquet",
            None,
            "`out.parquet` ends in `.parquet`, which no report format does [PR7903]\n"
            "  hint: a saved run is a folder: -o verdicts/ --output-format parquet; one table of it needs --table",
        ),
        (
            "out.xlsx",
            None,
            "`out.xlsx` ends in `.xlsx`, which no report format does [PR7903]\n"
            "  hint: end it in one of .arrow, .feather, .asff.jsonl, .asff, .csv, .html, .htm, .json, .jsonl, .ndjson, .junit.xml, "
            ".xml, .md, .ocsf.jsonl, .ocsf, .prom, .openmetrics, .run, .sarif, .sarif.json, .txt, .vex.json, .cdx.json, or say --output-format",
        ),
        (
            io.BytesIO(),
            "parquet",
            "`parquet` is a folder of files and cannot be written to a stream [PR7902]\n"
            "  hint: give a folder, e.g. -o verdicts/",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(full, target, form, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DocumentError) as raised:
        pr.write(full, target, format=form)
    assert str(raised.value) == said
    assert not list(tmp_path.iterdir())


def test_a_format_that_is_not_known_is_told(full):
    with pytest.raises(pr.PatchRulesError, match="there is no report format `jsn`: did you mean `json`"):
        pr.write(full, io.BytesIO(), format="jsn")


@pytest.mark.parametrize("form", STREAMS)
@pytest.mark.parametrize(
    "problem", [KeyboardInterrupt(), OSError(28, "No space left on device"), ValueError("a bug")], ids=repr
)
@pytest.mark.parametrize("is_there", [True, False])
def test_an_interrupted_report_leaves_what_was_there(full, form, problem, is_there, tmp_path, monkeypatch):
    place = tmp_path / "report"
    if is_there:
        place.write_text("kept")

    def breaks(run, stream, look):
        stream.write(b"half")
        raise problem

    broken = {**writers(), form: dataclasses.replace(writers()[form], write=breaks)}
    monkeypatch.setattr("patchrules.reports.writers", lambda: broken)
    expected = DocumentError if isinstance(problem, OSError) else type(problem)
    with pytest.raises(expected) as raised:
        pr.write(full, place, format=form)
    if expected is DocumentError:
        assert str(raised.value) == f"cannot write `{place}`: No space left on device [PR7901]"
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == ({"report": "kept"} if is_there else {})


@pytest.mark.parametrize(
    ("place", "hint"),
    [("absent/report", r"\n  hint: make the folder `.*/absent` first"), (".", ""), ("a-file/report", "")],
)
def test_a_place_that_cannot_be_written_is_told(place, hint, tmp_path):
    (tmp_path / "a-file").touch()
    told = r"cannot write `.*`: .+ \[PR7901\]" + hint + "$"
    with pytest.raises(DocumentError, match=told), placed(tmp_path / place) as stream:
        stream.write(b"never")
    assert [one.name for one in tmp_path.iterdir()] == ["a-file"]


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with placed(tmp_path / "link") as stream:
        stream.write(b"new")
    assert ((tmp_path / "link").is_symlink(), (tmp_path / "real").read_text()) == (True, "new")
    with placed("/dev/null") as stream:
        stream.write(b"gone")
