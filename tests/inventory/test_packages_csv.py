"""A table as text names its hosts: none is ever read as the list of one host."""

from __future__ import annotations

from collections import Counter

import pytest

import patchrules as pr
from patchrules.errors import ColumnError, InventoryError
from patchrules.inventory import read_inventory

RPM = "host,name,epoch,version,release,arch\nweb-1,python3,0,3.9,1.el9,x86_64\nweb-2,bash,1,5.1,6.el9,noarch\n"
DEB = "host,name,arch,evr\nweb-1,bash,amd64,5.2-1\nweb-2,dash,all,0.5-1\n"


def hosts_of(text, **options):
    found = read_inventory(text.encode(), **options)
    assert found.sources[0].format == "packages_csv"
    return [(row["host"], row["name"], row["arch"], row["evr"]) for row in found.packages.to_pylist()]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", " "])
@pytest.mark.parametrize("host", ["host", "Host", "Hostname", "HOSTNAME", "ResourceId", '"host"'])
def test_every_row_is_of_the_host_it_names(host, separator):
    host = host if separator != " " else host.strip('"')
    rpm = [("web-1", "python3", "x86_64", "0:3.9-1.el9"), ("web-2", "bash", "noarch", "1:5.1-6.el9")]
    assert hosts_of(RPM.replace("host", host).replace(",", separator)) == rpm
    deb = [("web-1", "bash", "amd64", "5.2-1"), ("web-2", "dash", "all", "0.5-1")]
    assert hosts_of(DEB.replace("host", host).replace(",", separator)) == deb


def test_product_stands_first_and_systems_may_be_mixed():
    rows = [
        "host,product,name,epoch,version,release,arch",
        "web-1,RedhatEnterpriseLinux9.3,bash,,5.1,6.el9,x86_64",
        "db-1,Debian12,bash,,5.2-1,,amd64",
    ]
    found = read_inventory("\r\n".join(rows).encode("utf-8-sig"))
    assert found.packages["evr"].to_pylist() == ["5.2-1", "5.1-6.el9"]
    assert found.hosts.select(["host", "family", "arch"]).to_pylist() == [
        {"host": "db-1", "family": "debian", "arch": "amd64"},
        {"host": "web-1", "family": "rhel", "arch": "x86_64"},
    ]
    assert [one.code for one in found.diagnostics] == ["PR2232"]


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        (["1", ""], ["1:5.1-6.el9", "0:5.1-6.el9"]),
        (["0", " "], ["0:5.1-6.el9", "0:5.1-6.el9"]),
        (["(none)", ""], ["0:5.1-6.el9", "0:5.1-6.el9"]),
        ([" 1 ", "2"], ["1:5.1-6.el9", "2:5.1-6.el9"]),
        (["", ""], ["5.1-6.el9", "5.1-6.el9"]),
    ],
)
@pytest.mark.parametrize("name", ["epoch", "EPOCHNUM", "Ep"])
def test_an_empty_epoch_is_none_where_a_row_states_one_and_unknown_where_none_does(epochs, expected, name):
    rows = [f"web-1,p{number},{epoch},5.1,6.el9,x86_64" for number, epoch in enumerate(epochs)]
    text = "\n".join([f"host,name,{name},version,release,arch", *rows, ""])
    columns = {"epoch": name} if name == "Ep" else {}
    assert [row[3] for row in hosts_of(text, family="rhel", columns=columns)] == expected


def test_the_same_columns_without_hosts_say_the_same():
    """Where an epoch is stated at all, the list of one host and the table of many are alike."""
    rows = ["bash,,5.1,6.el9,x86_64", "openssl,1,3.0.7,24.el9,x86_64"]
    text = "name,epoch,version,release,arch\n" + "".join(f"{row}\n" for row in rows)
    many = "host,name,epoch,version,release,arch\n" + "".join(f"web,{row}\n" for row in rows)
    evrs = [read_inventory(one.encode(), host="web").packages["evr"].to_pylist() for one in (text, many)]
    assert evrs == [["0:5.1-6.el9", "1:3.0.7-24.el9"]] * 2


def test_a_whole_version_without_release_gets_no_epoch():
    text = "host,product,name,epoch,version,release,arch\ndb-1,Debian12,bash,,5.2-1,,amd64\ndb-1,Debian12,git,1,2-1,,amd64\n"
    assert [row[3] for row in hosts_of(text)] == ["5.2-1", "1:2-1"]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("server,pkg,arch,ver", {"host": "server", "name": "pkg", "evr": "ver"}),
        ("Asset Tag,name,arch,evr", {"host": "Asset Tag"}),
        ("host,Asset,arch,evr,x", {"name": "Asset"}),
        ("host,hostname,name,evr,arch", {"host": "hostname"}),
    ],
)
def test_columns_are_renamed_as_those_of_any_table(header, columns):
    words = header.split(",")
    values = {"arch": "x86_64", columns.get("host", "host"): "web-1", columns.get("name", "name"): "python3"}
    row = [values.get(word, "3.9-1.el9" if word in ("evr", "ver") else "other") for word in words]
    text = f"{header}\n{','.join(row)}\n"
    form = None if {"host", "hostname"} & columns.keys() else "packages_csv"
    assert hosts_of(text, columns=columns, format=form) == [("web-1", "python3", "x86_64", "3.9-1.el9")]


@pytest.mark.parametrize("header", ["server,name,version,release,arch", "fqdn,pkg,x,ver,arch", "host,nevra,a,b,c"])
@pytest.mark.parametrize("options", [{}, {"host": "web-9"}])
def test_a_header_that_only_a_person_can_read_is_refused_with_what_to_do(header, options):
    with pytest.raises(ColumnError) as raised:
        read_inventory(f"{header}\nweb-1,python3,3.9,1.el9,x86_64\n".encode(), **options)
    assert raised.value.hint.startswith("rename columns with columns=")
    assert f"found: {', '.join(header.split(','))} [PR2908]" in str(raised.value)


def test_a_column_twice_is_refused():
    with pytest.raises(InventoryError) as raised:
        read_inventory(b"host,name,evr,evr\nweb-1,bash,5-1,5-2\n")
    assert str(raised.value) == (
        "the header names the column `evr` more than once [PR2103]\n"
        "  at <bytes>:1\n"
        "  hint: keep one of them, or rename the others"
    )


def test_a_row_of_another_width_is_refused_with_its_host():
    found = read_inventory(b"# made by hand\n\nhost,name,evr\nweb-1,bash,5-1\nweb-2,bash\n" + b'web-1,"zlib",5-2,x\n')
    said = "the line does not have the 3 columns of the header"
    assert [tuple(row.values())[1:] for row in found.rejects.to_pylist()] == [
        (1, None, "PR2001", said, "# made by hand"),
        (5, "web-2", "PR2001", said, "web-2,bash"),
        (6, "web-1", "PR2001", said, 'web-1,"zlib",5-2,x'),
        (5, "web-2", "PR2115", "1 of 1 rows of host `web-2` do not have the columns of the header", "web-2,bash"),
    ]


def test_what_a_package_and_its_host_are_is_read_from_cells():
    header = "host,name,evr,held,installed_at,tags,enabled_modules"
    rows = "web-1,bash,5-1,TRUE,1767571200,Patch Group=web;env=a=b,nodejs:18;perl:5.26\nweb-1,zlib,5-1,no,,,\n"
    found = read_inventory(f"{header}\n{rows}".encode())
    assert found.packages["held"].to_pylist() == [True, False]
    assert [one and one.isoformat() for one in found.packages["installed_at"].to_pylist()] == [
        "2026-01-05T00:00:00+00:00",
        None,
    ]
    host = found.hosts.to_pylist()[0]
    assert host["tags"] == [("Patch Group", "web"), ("env", "a=b")]
    assert host["enabled_modules"] == ["nodejs:18", "perl:5.26"]


def test_lists_of_one_host_are_what_they_were():
    for text, form in (
        ("name,version,release,arch\nbash,5.1,6.el9,x86_64\n", "rpm_qa"),
        ("the host, its name, its version\nbash-5.1-6.el9.x86_64\n", "rpm_qa"),
        ("Package\tVersion\tArchitecture\nbash\t5.2-1\tamd64\n", "dpkg_query"),
    ):
        assert read_inventory(text.encode()).sources[0].format == form


def test_a_line_column_is_not_ours_and_joined_files_have_a_header_each():
    found = read_inventory(b"host,name,evr,line\nweb,bash,1-1,5\nhost,name,evr,line\ndb,bash,1-1,6\n")
    assert (found.hosts["host"].to_pylist(), found.packages["line"].to_pylist()) == (["db", "web"], [4, 2])


def test_a_row_with_an_open_quote_is_refused_for_its_host():
    found = read_inventory(b'host,name,evr\nweb,bash,1-1\ndb,"bash,1-1\n')
    assert found.rejects.select(["host", "code"]).to_pylist() == [
        {"host": "db", "code": "PR2001"},
        {"host": "db", "code": "PR2115"},
    ]


HEAD = "host,product,name,evr,arch\n"


def rows_for(host, *names, product="RedhatEnterpriseLinux9.3"):
    return "".join(f"{host},{product},{name},0:1-1.el9,x86_64\n" for name in names)


WEB_1, WEB_2 = rows_for("web-1", "a", "b", "c"), rows_for("web-2", "a", "b", "c")


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        (WEB_1 + WEB_2, {}),
        (WEB_1 + WEB_2 + "web-2,short\n", {}),
        (WEB_1 + WEB_2 + "web-2,short\n" * 4, {"web-2": "PR2115"}),
        (WEB_1 + WEB_2 + "web-3,short\n", {"web-3": "PR2115"}),
        (WEB_1 + WEB_2 + "(6 rows)\n\nWarning: it took, long\n", {}),
        (WEB_1 + WEB_2 + "no row\n" * 7, {"web-1": "PR2115", "web-2": "PR2115"}),
        ("no row\n" * 7 + HEAD + WEB_1, {}),
        (rows_for("My Mac", "a") + WEB_1 + WEB_2 + "My Mac,short\n" * 4, {"My Mac": "PR2115"}),
        (WEB_1 + WEB_2 + "web-2,Redhat", {"web-2": "PR2116"}),
        (WEB_1 + WEB_2 + "web-2,RedhatEnterpriseLinux9.3,d,,", {"web-2": "PR2116"}),
        (WEB_1 + WEB_2 + "we", {"web-2": "PR2116"}),
        (WEB_1 + WEB_2 + "web-3,Red", {"web-3": "PR2115"}),
        (WEB_1 + WEB_2 + rows_for("web-1", "d") + "web-2,Red", {"web-1": "PR2116", "web-2": "PR2116"}),
        (WEB_1 + WEB_2.rstrip(), {}),
    ],
)
def test_a_host_whose_list_is_not_whole_is_unknown_and_the_others_are_judged(text, lost):
    given = text if HEAD in text else HEAD + text
    found = read_inventory(given.encode())
    hosts = {row["host"] for row in found.hosts.to_pylist()}
    assert hosts == ({"web-1", "web-2"} if "web-2" in text else {"web-1"}) | lost.keys()
    assert set(found.packages["host"].to_pylist()) == hosts - lost.keys()
    refused = [row for row in found.rejects.to_pylist() if row["code"] in ("PR2115", "PR2116")]
    assert {row["host"]: row["code"] for row in refused} == lost
    assert {one.code: one.count for one in found.diagnostics if one.level == "error"} == Counter(lost.values())
    run = pr.evaluate_fleet(pr.Registry(()), found, [], as_of="2026-11-01T00:00Z")
    unknown = {row["host"] for row in run.hosts.to_pylist() if "NO_INVENTORY" in row["unknown"]}
    assert unknown == lost.keys()


def test_a_host_without_a_good_row_is_a_host():
    found = read_inventory((HEAD + "web-1,RedhatEnterpriseLinux9.3,a,,x86_64\nweb-2,,a,,x86_64\nwe").encode())
    assert found.hosts["host"].to_pylist() == ["web-1", "web-2"]
    assert [row["host"] for row in found.rejects.to_pylist() if row["code"] == "PR2116"] == ["web-2"]


@pytest.mark.parametrize("text", ["no row\n" * 2, "no"])
@pytest.mark.parametrize(("on_bad_row", "code"), [("collect", "PR2115"), ("raise", "PR2001")])
def test_a_table_that_names_nobody_is_refused(text, on_bad_row, code):
    with pytest.raises(InventoryError, match=code):
        read_inventory((HEAD + text).encode(), on_bad_row=on_bad_row)


def test_why_a_host_is_unknown_is_said():
    found = read_inventory((HEAD + WEB_1 + "web-1,Red").encode(), family="rhel")
    assert [str(one) for one in found.diagnostics if one.level == "error"] == [
        "error PR2116: the table is cut off in its last row, and more may follow of host `web-1`\n"
        "  at <bytes>:5\n"
        "  hint: collect it again; where the line is no row (a prompt), take it out"
    ]
    short = read_inventory((HEAD + WEB_1 + "web-2,x\n").encode(), family="rhel")
    assert str(short.diagnostics[0]) == (
        "error PR2115: 1 of 1 rows of host `web-2` do not have the columns of the header\n"
        "  at <bytes>:5\n"
        "  hint: write the table again, a cell a column in every row"
    )
    assert short.hosts["family"].to_pylist() == ["rhel", "rhel"]


def test_hosts_whose_ids_cannot_be_decoded_are_not_judged_by_each_others_packages():
    latin = rows_for("b\xfcro", "a") + rows_for("b\xe4ro", "a").replace("0:1-1", "0:2-1") + WEB_1
    found = read_inventory((HEAD + latin).encode("latin-1"))
    assert set(found.packages["host"].to_pylist()) == {"web-1"}
    said = "the id of host `b\ufffdro` could not be decoded: it may be that of several hosts"
    assert [tuple(row.values())[1:] for row in found.rejects.to_pylist()] == [
        (2, "b\ufffdro", "PR2003", said, "a 0:1-1.el9"),
        (3, "b\ufffdro", "PR2003", said, "a 0:2-1.el9"),
    ]
    assert ("PR2203", 2) in [(one.code, one.count) for one in found.diagnostics]
    run = pr.evaluate_fleet(pr.Registry(()), found, [], as_of="2026-11-01T00:00Z")
    unknown = {row["host"]: "NO_INVENTORY" in row["unknown"] for row in run.hosts.to_pylist()}
    assert unknown == {"b\ufffdro": True, "web-1": False}
    with pytest.raises(InventoryError, match="could not be decoded"):
        read_inventory((HEAD + latin).encode("latin-1"), on_bad_row="raise")


def test_other_cells_that_cannot_be_decoded_are_their_hosts():
    found = read_inventory(b"host,name,evr,source\nweb-1,bash,5-1,b\xfc\n")
    assert (found.packages["host"].to_pylist(), found.rejects.num_rows) == (["web-1"], 0)
