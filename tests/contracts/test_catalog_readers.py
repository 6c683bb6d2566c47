"""What every catalog format promises, whoever wrote it."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.catalog import ReadOptions, read_catalog, readers
from patchrules.catalog._reader import ROWLESS
from patchrules.codes import CODES
from patchrules.errors import CatalogError, ColumnError
from patchrules.model.columns import CATALOG, REJECTS
from patchrules.sources.arrow import schema
from patchrules.sources.files import Limits, open_document
from tests.conftest import ROOT

SAMPLES = sorted(path for path in (ROOT / "data/catalogs/samples").glob("*.*") if path.name != "SOURCE.md")
NAMES = sorted(readers())


def reader_of(path):
    return readers()[path.name.partition(".")[0]]


def part_of(path):
    return reader_of(path).read(open_document(path), ReadOptions())


ROWED = [path for path in SAMPLES if part_of(path).role not in ROWLESS]
TEXTS = [path for path in ROWED if path.suffix not in (".parquet", ".zip")]


def family_of(path):
    """The family a format tells, else one that it can be for."""
    told = part_of(path).family
    return told or ("debian" if path.name.startswith("deb") else "rhel")


def read_or_refuse(reader, data, **options):
    """Read, and let only what a door may raise pass."""
    try:
        part = reader.read(open_document(data, name="fuzz", error=CatalogError), ReadOptions(**options))
    except (CatalogError, ColumnError):
        return
    part.table.validate(full=True)
    assert part.table.schema == schema(CATALOG)
    assert part.rejects.schema == schema(REJECTS)
    assert set(part.rejects["code"].to_pylist()) | {one.code for one in part.diagnostics} <= set(CODES)


@pytest.mark.parametrize("name", NAMES)
def test_a_format_is_named_by_its_file_and_has_a_sample(name):
    assert readers()[name].name == name
    assert any(reader_of(path).name == name for path in SAMPLES)
    assert readers()[name].lost


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_one_format_and_only_one_knows_a_sample(path):
    assert [name for name in NAMES if readers()[name].sniff(open_document(path))] == [reader_of(path).name]


@pytest.mark.parametrize("path", ROWED, ids=lambda path: path.name)
def test_a_sample_has_patches_and_they_survive_compression(path):
    family = family_of(path)
    plain = read_catalog(path, family=family)
    packed = read_catalog(gzip.compress(path.read_bytes()), family=family)
    assert plain.table.num_rows > 0
    assert packed.table.equals(plain.table)
    assert plain.table.schema == schema(CATALOG)
    assert plain.sources[0].rows == plain.table.num_rows
    assert plain.sources[0].rejects == plain.rejects.num_rows > 0


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_line_numbers_point_at_the_row(path):
    lines = path.read_text().split("\n")
    part = reader_of(path).read(open_document(path), ReadOptions())
    numbered = [(row["line"], row["name"]) for row in part.table.to_pylist()]
    numbered += [(row["line"], re.split(r"[ ,]", row["text"])[0]) for row in part.rejects.to_pylist()]
    # A line of JSON is where the object begins that says so; elsewhere the name stands there or on the next line.
    ends = dict(itertools.pairwise([*sorted({line for line, _ in numbered}), len(lines) + 1]))
    for line, name in numbered:
        last = ends[line] - 1 if path.suffix == ".json" else line + 1
        assert name.removeprefix("KB") in "\n".join(lines[line - 1 : last])
    assert len({line for line, _ in numbered}) == len(set(numbered))


@pytest.mark.parametrize("path", ROWED, ids=lambda path: path.name)
def test_the_first_bad_row_is_raised_when_asked_for(path):
    with pytest.raises(CatalogError, match=r"\[PR300[238]\]"):
        read_catalog(path, family=family_of(path), on_bad_row="raise")


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=300))
@example(data=b"")
@example(data=b"\xff\xfe\x00\xd8")
@example(data=b"<updates>" + b"<a>" * 100_000)
@example(data=b"<?xml version='1.0' encoding='utf-7'?><updates/>")
@example(data=b"<?xml version='1.0' encoding='none-such'?><updates/>")
@example(data=b"<!DOCTYPE a [<!ENTITY b 'c'>]><updates>&b;</updates>")
@example(data=b"<updates><update><pkglist><package name='a' version='1'/></pkglist></update></updates>")
@example(data=b"<updates><update/><update><id/></update></updates>")
@example(data=b"<metadata><package/></metadata>")
@example(data=b"Package: a\nVersion: 1\n 2\nSize: 1\n")
@example(data=b"-----BEGIN PGP SIGNED MESSAGE-----")
@example(data=b"PK\x03\x04" + b"\x00" * 60)
@example(data=b'{"DocumentTitle":' + b"[" * 100_000)
@example(data=b'{"DocumentTitle": 1, "Vulnerability": 3, "ProductTree": [[{"ProductID": {}}]]}')
@example(data=b'"DatePosted","CVE","BulletinKB","AffectedProduct","Severity","Supersedes"\n"' + b"x" * 200_000)
@example(data=b"[13 Feb 2024] DSA-1\n\t[x] - a <none>\n\t[x] -\n")
@example(data=b"<OfflineSyncPackage><Update RevisionId='../../etc/passwd'/></OfflineSyncPackage>")
@example(data=b"document: modulemd\ndata:\n  artifacts:\n    rpms:\n    - a\n")
def test_no_bytes_raise_anything_but_our_errors(name, data):
    with contextlib.suppress(CatalogError):
        readers()[name].sniff(open_document(data, error=CatalogError))
    read_or_refuse(readers()[name], data)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
@given(data=st.data())
def test_no_damage_to_a_sample_raises_anything_but_our_errors(path, data):
    sample = path.read_bytes()
    end = data.draw(st.integers(0, len(sample)))
    at = data.draw(st.integers(0, len(sample)))
    damaged = sample[:at] + data.draw(st.binary(max_size=4)) + sample[at + 1 : end]
    read_or_refuse(reader_of(path), damaged, scheme="rpm", limits=Limits(max_bytes=1 << 26))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_damaged_archive_is_refused(path):
    packed = gzip.compress(path.read_bytes())
    for broken in (packed[:-9], packed[:-6] + b"\x00\x00" + packed[-4:]):
        with pytest.raises(CatalogError, match=r"\[PR2902\]"):
            read_catalog(broken, family=family_of(path))


JUNK: st.SearchStrategy[object] = st.sampled_from(
    [None, True, 0, -1.5, 1e300, "", "x", "5090001", [], [None], {}, {"": None}, {"Value": {}}, "\ud800"]
)


def places_in(value, path=()):
    """Every place of a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places_in(one, (*path, key))


def changed(value, path, junk):
    """The value with something else at one place."""
    if not path:
        return junk
    key, *rest = path
    if isinstance(value, dict):
        return value | {key: changed(value[key], rest, junk)}
    return [changed(one, rest, junk) if place == key else one for place, one in enumerate(value)]


@pytest.mark.parametrize("path", [path for path in SAMPLES if path.suffix == ".json"], ids=lambda path: path.name)
@given(data=st.data())
def test_no_json_of_another_shape_raises_anything_but_our_errors(path, data):
    value = json.loads(path.read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(list(places_in(value))))
        value = changed(value, place, data.draw(JUNK))
    read_or_refuse(reader_of(path), json.dumps(value).encode())
