"""The hosts file: every fact, and every fault at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from patchrules.codes import CODES
from patchrules.documents import HostFacts, load_hosts
from patchrules.errors import DocumentError, InventoryError

FAULTS = [
    (b"- product: x", "`host` is missing, wanted the host's name [PR2511]\n  at 1:3 at /0"),
    (
        b"just text",
        (
            "this is no list of hosts [PR2510]\n  at 1:1 at /\n"
            "  hint: write `hosts:` and a list of mappings with `host`, or that list alone"
        ),
    ),
    (b"- web-1", "the host is `web-1`, wanted a mapping [PR2513]\n  at 1:3 at /0\n  hint: write `- host: NAME`"),
    (
        b"- {host: a, prodct: x}",
        "there is no fact `prodct` of a host [PR2512]\n  at 1:21 at /0/prodct\n  hint: did you mean `product`?",
    ),
    (
        b"- {host: a, arch: [x]}",
        "`arch` is a list of 1, wanted text [PR2513]\n  at 1:19 at /0/arch\n  hint: put it in quotes",
    ),
    (
        b"- {host: a, boot_time: yesterday}",
        (
            "`boot_time` is `yesterday`, wanted an instant such as `2025-03-01T06:30:00Z` [PR2514]\n"
            "  at 1:24 at /0/boot_time"
        ),
    ),
    (
        b"- {host: a, family: debain}",
        "there is no family `debain` [PR2515]\n  at 1:21 at /0/family\n  hint: did you mean `debian`?",
    ),
    (b"[{host: a}, {host: a}]", "host `a` is given twice [PR2516]\n  at 1:13 at /1\n  hint: take one of them away"),
    (
        b"- {host: a, inventory: no/such.txt}",
        (
            "`inventory` is `no/such.txt`, and there is no such file [PR2517]\n  at 1:24 at /0/inventory\n"
            "  hint: paths are read from the hosts file's folder"
        ),
    ),
    (
        b"- {host: a, os_release: no-such}",
        (
            "`os_release` is `no-such`: cannot read `no-such`: there is no such file [PR2517]\n"
            "  at 1:25 at /0/os_release\n"
            "  hint: paths are read from the hosts file's folder"
        ),
    ),
    (
        b"- {host: a, tags: {Patch Group: x, PatchGroup: y}}",
        (
            "the tags `Patch Group` and `PatchGroup` name two groups, and AWS does not say which counts [PR2518]\n"
            "  at 1:19 at /0/tags\n  hint: write `patch_group`"
        ),
    ),
    (
        b"- {host: a, patch_group: a#b}",
        (
            "the patch group is `a#b`, wanted 1 to 256 letters, digits, spaces and `_.:/=+-@` [PR2519]\n"
            "  at 1:26 at /0/patch_group"
        ),
    ),
    (
        b"- {host: a, tags: {x: [1]}}",
        "tag `x` is a list of 1, wanted text [PR2513]\n  at 1:19 at /0/tags\n  hint: put it in quotes",
    ),
    (
        b"- {host: a, tags: 5}",
        "`tags` is `5`, wanted a mapping [PR2513]\n  at 1:19 at /0/tags\n  hint: write `tags: {Env: prod}`",
    ),
    (
        b"- {host: a, arch: x, arch: y}",
        "`arch` is given 2 times, wanted once [PR2520]\n  at 1:28 at /0/arch\n  hint: keep one of them",
    ),
]


def test_every_fact_is_read(data):
    first, second, third = load_hosts(data / "baselines" / "shapes" / "hosts.yaml")
    assert first == HostFacts(
        "quay-1",
        family="debian",
        product="Debian12",
        arch="amd64",
        patch_group="harbour",
        tags={"Patch Group": "harbour", "Floor": "3"},
        boot_time=datetime(2025, 2, 20, 3, tzinfo=UTC),
        captured_at=datetime(2025, 3, 1, 6, 30, tzinfo=UTC),
    )
    assert (second.patch_group, second.tags, second.platform_version) == (
        "harbour",
        {"PatchGroup": "elsewhere"},
        "9.10",
    )
    assert second.os_release == 'ID=rocky\nVERSION_ID="9.10"'
    assert third == HostFacts("10")


def test_paths_are_read_from_the_files_folder(tmp_path):
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "a.txt").write_text("")
    (tmp_path / "os-release").write_text("ID=debian\n")
    path = tmp_path / "hosts.yaml"
    path.write_text(
        "hosts:\n  a: {inventory: dumps/a.txt, os_release: os-release, family: REDHAT_ENTERPRISE_LINUX}\n  b:\n"
    )
    first, second = load_hosts(path)
    assert (first.host, first.inventory, first.os_release) == ("a", tmp_path / "dumps" / "a.txt", "ID=debian\n")
    assert (first.family, second) == ("rhel", HostFacts("b"))


@pytest.mark.parametrize(("content", "message"), FAULTS)
def test_a_wrong_host_says_what_where_and_what_to_do(content, message):
    with pytest.raises(InventoryError) as caught:
        load_hosts(content)
    assert str(caught.value) == message
    assert caught.value.code in CODES


def test_faults_of_all_hosts_come_together():
    with pytest.raises(ExceptionGroup) as caught:
        load_hosts(b"[{host: a, family: x}, {product: y}, {host: a, boot_time: z}]")
    codes = [error.code for error in caught.value.exceptions if isinstance(error, DocumentError)]
    assert codes == [
        "PR2515",
        "PR2511",
        "PR2514",
        "PR2516",
    ]


CSV = """host,family,product,arch,patch_group,tags,boot_time,captured_at
web-1,rhel,RedhatEnterpriseLinux9.3,x86_64,web,Env=prod;Team=a b,2026-10-31T04:02:11Z,2026-11-01T00:00Z

"db,1",debian,,,,,,
"""


def test_a_csv_file_says_what_the_same_yaml_says():
    yaml = b"""
    - {host: web-1, family: rhel, product: RedhatEnterpriseLinux9.3, arch: x86_64, patch_group: web, tags: {Env: prod, Team: a b},
       boot_time: "2026-10-31T04:02:11Z", captured_at: "2026-11-01T00:00Z"}
    - {host: "db,1", family: debian}
    """
    assert load_hosts(CSV.encode()) == load_hosts(yaml)


def test_a_fault_of_a_csv_file_is_told_with_its_line(tmp_path):
    path = tmp_path / "hosts.csv"
    path.write_text("host,famliy\nweb-1,rhel\n")
    with pytest.raises(InventoryError) as caught:
        load_hosts(str(path))
    assert str(caught.value) == (
        f"there is no fact `famliy` of a host [PR2512]\n  at {path}:2 at /0/famliy\n  hint: did you mean `family`?"
    )
    path.write_text("host,family\nweb-1,rhel,x\n")
    with pytest.raises(InventoryError) as caught:
        load_hosts(str(path))
    assert str(caught.value) == (
        f"the row has 3 values, the file 2 columns [PR2510]\n  at {path}:2\n  hint: put values with a comma in quotes"
    )


def test_several_files_are_one_list_in_which_a_host_stands_once(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"host,family\nweb-{name},rhel\n")
    assert [one.host for one in load_hosts(str(tmp_path / "*.csv"))] == ["web-a", "web-b"]
    with pytest.raises(InventoryError, match="host `web-a` is given twice"):
        load_hosts(tmp_path / "a.csv", tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"host,family\r\rweb-1,rhel", None),  # line ends of every kind, which the csv module refuses in text
        (b"host,family\r\nweb-1,rhel\r\n", None),
        (
            b"host,family\n" + b"a" * 200_000 + b",rhel\n",
            "the CSV cannot be read: field larger than field limit (131072)",
        ),
        (b"host,family\nweb-\xe4,rhel\n", "the document is not UTF-8 text"),
    ],
)
def test_odd_csv_is_read_or_refused_in_our_words(content, said):
    if said is None:
        assert [(one.host, one.family) for one in load_hosts(content)] == [("web-1", "rhel")]
        return
    with pytest.raises(InventoryError) as caught:
        load_hosts(content)
    assert caught.value.message == said
