"""Compiled catalogs: everything that was read is given back, from the same bytes every time."""

from __future__ import annotations

import codecs
import io
import json
import re
import tempfile
import time
from typing import Any

import pyarrow.parquet as pq
import pytest

from patchrules.catalog import build_catalog, read_catalog, read_catalogs, write_catalog
from patchrules.errors import CatalogError

SAMPLES = [  # sample, family, how versions are ordered does not matter
    ("updateinfo.xml", "rhel"),
    ("wesng.csv", None),
    ("msrc_cvrf.xml", None),
    ("available_patches.linux.json", None),
    ("deb_packages.Packages", "debian"),
]


def built(*sources, **options):
    file = io.BytesIO()
    catalog = build_catalog(file, *sources, **options)
    return catalog, file.getvalue()


@pytest.mark.parametrize(("name", "family"), SAMPLES)
def test_a_compiled_catalog_gives_back_what_was_read(name, family, data):
    plain, compiled = built(data / "catalogs/samples" / name, family=family)
    again = read_catalog(compiled)
    assert again.table.equals(plain.table)
    assert again.rejects.equals(plain.rejects)
    assert (again.scope, again.as_of, again.diagnostics) == (plain.scope, plain.as_of, plain.diagnostics)
    assert again.sources[1:] == plain.sources
    assert again.sources[0].rows == plain.table.num_rows


def test_the_same_sources_make_the_same_bytes(data):
    source = data / "catalogs/samples/wesng.zip"
    assert built(source)[1] == built(source)[1]


def test_scope_and_sources_stand_in_the_file_for_everyone(data, tmp_path):
    path = tmp_path / "c.parquet"
    build_catalog(path, data / "catalogs/rhel9", family="rhel", products=["RedhatEnterpriseLinux9*"], arch="x86_64")
    said = json.loads(pq.read_schema(path).metadata[b"patchrules.catalog"])
    assert (said["family"], said["products"], said["arch"]) == ("rhel", ["RedhatEnterpriseLinux9*"], "x86_64")
    assert [(one["format"], len(one["sha256"]), one["rows"] > 0) for one in said["sources"]] == [
        ("updateinfo", 64, True),
        ("primary", 64, True),
    ]
    assert str(read_catalog(path).scope) == "rhel, products RedhatEnterpriseLinux9*, arch x86_64"


def test_compiled_catalogs_of_two_scopes_stay_two_catalogs(data, tmp_path):
    for major in (8, 9):
        source = data / "catalogs/samples/updateinfo.xml"
        build_catalog(tmp_path / f"{major}.parquet", source, family="rhel", products=[f"RedhatEnterpriseLinux{major}*"])
    found = read_catalogs([str(tmp_path)])
    assert [one.scope.products for one in found] == [("RedhatEnterpriseLinux8*",), ("RedhatEnterpriseLinux9*",)]


def test_a_catalog_is_compiled_for_its_own_family(data):
    compiled = built(data / "catalogs/samples/wesng.csv")[1]
    with pytest.raises(CatalogError, match="the file is for Windows, not for Debian"):
        read_catalog(compiled, family="debian")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (b"patchrules.catalog", b"{", "what the compiled catalog says of itself cannot be read"),
        (b"patchrules.catalog", b'{"format": 2}', "compiled in a format that we do not know"),
        (b"patchrules.catalog", b'{"format": 1, "family": "beos"}', "there is no family `beos`"),
        (b"patchrules.catalog", b'{"format": 1, "family": "rhel"}', "says of itself cannot be read: 'products'"),
        (b"patchrules.rejects", b"AAAA", "what the compiled catalog says of itself cannot be read"),
    ],
)
def test_an_account_that_was_changed_by_hand_is_refused(key, value, message, data):
    table = pq.read_table(io.BytesIO(built(data / "catalogs/samples/updateinfo.xml", family="rhel")[1]))
    file = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, key: value}), file)
    with pytest.raises(CatalogError, match=message) as raised:
        read_catalog(file.getvalue())
    assert raised.value.code == "PR3007"


def test_a_place_that_cannot_be_written_is_told(data, tmp_path):
    catalog = read_catalog(data / "catalogs/samples/wesng.csv")
    with pytest.raises(CatalogError, match=r"cannot write .*/Such/.*No such file or directory.*\[PR3012\]"):
        write_catalog(catalog, tmp_path / "no/Such/folder/c.parquet")


def test_a_catalog_that_cannot_be_written_whole_leaves_what_was_there(data, tmp_path):
    """A full disk stops after some bytes; so does the largest size that a file may have."""
    resource = pytest.importorskip("resource")
    (tmp_path / "c.parquet").write_bytes(b"as it was")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(CatalogError, match=r"cannot write .*File too large.*\[PR3012\]"):
            build_catalog(tmp_path / "c.parquet", data / "catalogs/samples/wesng.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"as it was"]


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        (5, "the destination is a `int`, wanted a path or a binary file"),
        (None, "the destination is None, wanted a path or a binary file"),
        (b"rhel9.parquet", "the destination is a `bytes`, wanted a path or a binary file"),
        ("a\0b", "cannot write `a\0b`: embedded null byte"),
        (io.StringIO(), "wanted a path or a binary file"),
    ],
)
def test_what_is_no_place_to_write_to_is_told(destination, message, data):
    with pytest.raises(CatalogError, match=re.escape(message)) as raised:
        build_catalog(destination, data / "catalogs/samples/wesng.csv")
    assert raised.value.code == "PR3012"


def test_a_file_of_text_is_told_however_it_was_opened(data):
    class Plain:
        """What has nothing but ``write``, and wants bytes."""

        def write(self, given):
            assert type(given) is bytes

    catalog = read_catalog(data / "catalogs/samples/wesng.csv")
    with tempfile.NamedTemporaryFile("w") as wrapped:
        for text in (wrapped, codecs.getwriter("utf-8")(io.BytesIO())):
            with pytest.raises(CatalogError, match=r'cannot write .*\[PR3012\]\n  hint: open it for bytes, "wb"'):
                write_catalog(catalog, text)
    plain: Any = Plain()
    write_catalog(catalog, plain)


@pytest.mark.shared
def test_twenty_thousand_patches_are_read_in_milliseconds(shared):
    plain, compiled = built(shared / "data/windows/wesng/definitions-20240330.zip")
    start = time.perf_counter()
    again = read_catalog(compiled)
    assert again.table.equals(plain.table)
    assert time.perf_counter() - start < 0.5  # about 40 ms; CI machines are slow
