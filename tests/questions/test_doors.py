"""Questions about fleets, given a path instead of what was loaded from it: refused, with what to load it with."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import patchrules as pr
from patchrules.errors import BaselineError, CatalogError, DocumentError, InventoryError, UnknownNameError
from patchrules.evaluation import spark
from patchrules.evaluation.opened import in_memory
from patchrules.model.loaded import as_baseline, as_catalogs, as_policy
from patchrules.model.verdict import OverridePatch

AS_OF = "2026-11-01T00:00Z"
BOOTED = datetime(2026, 10, 1, tzinfo=UTC)
PROD = pr.predefined("AWS-DebianDefaultPatchBaseline")
FLEET = pr.open_fleet(
    pa.table({"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2-1"]}), product="Debian12"
)
QUESTIONS = {
    "forecast": lambda policy, fleet, catalogs: pr.forecast(policy, fleet, catalogs, as_of=AS_OF),
    "evaluate_fleet": lambda policy, fleet, catalogs: pr.evaluate_fleet(policy, fleet, catalogs, as_of=AS_OF),
    "what_if": lambda policy, fleet, catalogs: pr.what_if(fleet, catalogs, before=policy, after=policy, as_of=AS_OF),
    "tune": lambda policy, fleet, catalogs: pr.tune(policy, 1, fleet, catalogs, as_of=AS_OF),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_a_path_is_refused_with_what_to_load_it_with(ask):
    for policy in ("prod.json", Path("prod.json"), None):
        with pytest.raises(BaselineError, match="PR1804") as refused:
            ask(policy, FLEET, [])
        assert "pr.load_baseline(...)" in str(refused.value)
    for catalogs in ("ui.xml", ["ui.xml"], Path("ui.xml"), None, [None]):
        with pytest.raises(CatalogError, match=r"PR3803[^$]*hint: read each with pr.read_catalog"):
            ask(PROD, FLEET, catalogs)
    with pytest.raises(InventoryError, match="PR2121"):
        ask(PROD, "fleet.parquet", [])


@pytest.mark.parametrize("ask", [pr.evaluate, pr.approvals, pr.prepare, pr.treadmill])
def test_one_host_one_catalog_and_a_service_refuse_a_path_too(ask):
    host = [pr.host("web-1", product="Debian12")] if ask is pr.evaluate else []
    options = {} if ask is pr.prepare else {"as_of": AS_OF}
    with pytest.raises(BaselineError, match="PR1804"):
        ask("prod.json", *host, pr.read_catalog("data/catalogs/debian12"), **options)
    with pytest.raises(CatalogError, match="PR3803"):
        ask(PROD, *host, "debian12", **options)


def test_what_was_given_is_named():
    with pytest.raises(
        BaselineError, match=r"`baseline` is a `Registry`, wanted .*\n  hint: take one of its baselines"
    ):
        as_baseline(pr.Registry(()))
    with pytest.raises(BaselineError, match="`policy` is a `dict`, wanted a baseline or registry that was loaded"):
        as_policy({})
    with pytest.raises(CatalogError, match="`catalogs` has a `int`, wanted catalogs that were read"):
        as_catalogs(7)
    assert as_policy(pr.Registry(())) == pr.Registry(())


HOST: Any = pr.host("web-1", product="Debian12", packages=[{"name": "bash", "arch": "amd64", "evr": "5.2-1"}])
RUN = pr.evaluate_fleet(PROD, FLEET, [], as_of=AS_OF)


@pytest.mark.parametrize(
    "ask",
    [
        lambda host: pr.evaluate(PROD, host, [], as_of=AS_OF),
        lambda host: pr.prepare(PROD, []).evaluate(host, as_of=AS_OF),
    ],
    ids=["evaluate", "prepare"],
)
@pytest.mark.parametrize("given", ["web-1", FLEET, PROD, None, []], ids=lambda given: type(given).__name__)
def test_what_is_no_host_is_refused_with_what_makes_one(ask, given):
    with pytest.raises(InventoryError) as refused:
        ask(given)
    said = {str: "'web-1'", type(None): "None"}.get(type(given), f"a `{type(given).__name__}`")
    assert str(refused.value).splitlines() == [
        f"`host` is {said}, wanted a host [PR2123]",
        "  hint: make one with pr.host(...); evaluate_fleet(...) judges several",
    ]


WINDOW = pr.Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda found: pr.next_run(WINDOW, PROD, found, [], now=AS_OF), "fleet"),
        (lambda found: pr.bundle(RUN, found, []), "inventory"),
        (lambda found: pr.explain(RUN, "bash", inventory=found), "inventory"),
    ],
    ids=["next_run", "bundle", "explain"],
)
@pytest.mark.parametrize(("given", "said"), [("x", "'x'"), (3, "a `int`"), ([], "a `list`")])
def test_what_is_no_inventory_is_refused_with_what_opens_one(ask, name, given, said):
    with pytest.raises(InventoryError) as refused:
        ask(given)
    assert str(refused.value).splitlines() == [
        f"`{name}` is {said}, wanted a fleet that was opened [PR2121]",
        "  hint: open it with pr.open_fleet(...)",
    ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda catalogs: pr.bundle(RUN, FLEET, catalogs),
        lambda catalogs: pr.explain(RUN, "bash", host="web-1", inventory=FLEET, catalogs=catalogs),
    ],
    ids=["bundle", "explain"],
)
def test_catalogs_of_a_run_that_were_not_read_are_refused(ask):
    for catalogs in ("ui.xml", ["ui.xml"], None):
        with pytest.raises(CatalogError, match=r"`catalogs` has .*, wanted catalogs that were read .PR3803."):
            ask(catalogs)


@pytest.mark.parametrize("given", ["prod.json", "", Path("prod.json"), None, [PROD], pr.Registry((PROD,))])
def test_what_is_neither_baseline_nor_rules_is_not_feasible(given):
    with pytest.raises(BaselineError, match=r"`policy` is .*, wanted a baseline that was loaded .PR1804."):
        pr.feasible(given, [], sla={}, start=datetime(2027, 1, 1, tzinfo=UTC))


def test_a_spark_job_refuses_a_path_before_it_begins():
    frame: Any = None
    policy: Any = "prod.json"
    catalogs: Any = "ui.xml"
    with pytest.raises(BaselineError, match="PR1804"):
        spark.evaluate_fleet(policy, frame, [], as_of=AS_OF)
    with pytest.raises(CatalogError, match="PR3803"):
        spark.evaluate_fleet(PROD, frame, catalogs, as_of=AS_OF)


def test_an_inventory_is_no_host_for_a_service():
    inventory: Any = in_memory(FLEET)
    with pytest.raises(InventoryError, match=r"`host` is a `Inventory`, wanted a host .PR2123."):
        pr.prepare(PROD, []).evaluate(inventory, as_of=AS_OF)


def test_swapped_arguments_are_told():
    baseline: Any = PROD
    catalog: Any = pr.read_catalog("data/catalogs/debian12")
    with pytest.raises(BaselineError, match="`baseline` is a `Host`, wanted a baseline that was loaded"):
        pr.evaluate(HOST, baseline, [], as_of=AS_OF)
    with pytest.raises(InventoryError, match="`host` is a `Catalog`"):
        pr.evaluate(PROD, catalog, HOST, as_of=AS_OF)


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (pr.as_arrow, "run"),
        (lambda run: pr.as_arrow(run, "hosts"), "run"),
        (lambda run: pr.table(run, "patches"), "run"),
        (lambda run: pr.bundle(run, FLEET, []), "run"),
        (lambda run: pr.diff(run, RUN), "before"),
        (lambda run: pr.diff(RUN, run), "after"),
    ],
)
@pytest.mark.parametrize(("given", "said"), [("monday", "'monday'"), (Path("monday"), "'monday'"), (3, "a `int`")])
def test_what_is_no_run_is_refused_with_what_makes_one(ask, name, given, said):
    with pytest.raises(DocumentError) as refused:
        ask(given)
    assert str(refused.value).splitlines() == [
        f"`{name}` is {said}, wanted a run [PR7806]",
        "  hint: read a saved one with pr.load_run(...), or make one with pr.evaluate_fleet(...)",
    ]


def test_a_report_is_no_run():
    report: Any = pr.evaluate(PROD, HOST, [], as_of=AS_OF)
    with pytest.raises(DocumentError, match="`run` is a `HostReport`, wanted a run"):
        pr.as_arrow(report)


def test_a_table_that_is_no_text_is_told():
    table: Any = 3
    with pytest.raises(UnknownNameError, match="there is no table of a run `3`\n  hint: known are verdicts, hosts"):
        pr.as_arrow(RUN, table)


def test_a_fact_that_hosts_do_not_have_is_told():
    for wrong, meant in {"prodct": "product", "package": "packages", "patchgroup": "patch_group"}.items():
        with pytest.raises(UnknownNameError, match=f"no fact of a host `{wrong}`: did you mean `{meant}`"):
            pr.host("web-1", **dict[str, Any]({wrong: "Debian12"}))


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        (["openssl"], "'openssl'"),
        ("openssl", "'openssl'"),
        ({"name": "openssl"}, "'name'"),
        ([pr.Package("openssl", "amd64", "3.0-1")], "a `Package`"),
        (None, "None"),
        (3, "a `int`"),
    ],
)
def test_a_package_that_is_no_dictionary_is_told(packages, said):
    with pytest.raises(InventoryError) as refused:
        pr.host("web-1", product="Debian12", packages=packages)
    assert str(refused.value).splitlines() == [
        f"a package is {said}, wanted a dictionary [PR2114]",
        '  hint: give dictionaries: packages=[{"name": "bash", "evr": "0:5.1.8-6.el9", "arch": "x86_64"}]',
    ]


@pytest.mark.parametrize(
    ("fact", "said", "wanted"),
    [
        ({"product": 3}, "`product` is `3`", "text"),
        ({"family": 3}, "`family` is `3`", "text"),
        ({"arch": 3}, "`arch` is `3`", "text"),
        ({"patch_group": 3}, "`patch_group` is `3`", "text"),
        ({"patch_group": "\udc80"}, "`patch_group` is `\\udc80`", "text"),
        ({"os_build": 1.5}, "`os_build` is `1.5`", "text"),
        ({"os_release": b"ID=rhel"}, "`os_release` is `b'ID=rhel'`", "text"),
        ({"platform": 3}, "`platform` is `3`", "text"),
        ({"platform_version": 9.8}, "`platform_version` is `9.8`", "text"),
        ({"os_version": ["9"]}, "`os_version` is a list of 1", "text"),
        ({"tags": "x"}, "`tags` is `x`", "a dictionary of texts"),
        ({"tags": {"a": 1}}, "`tags` is a mapping", "a dictionary of texts"),
        ({"boot_time": "2026-01-01"}, "`boot_time` is `2026-01-01`", "an instant"),
        ({"captured_at": BOOTED.date()}, "`captured_at` is `2026-10-01`", "an instant"),
        ({"captured_at": 1790812800}, "`captured_at` is `1790812800`", "an instant"),
        ({"boot_time": 1790812800.5}, "`boot_time` is `1790812800.5`", "an instant"),
        ({"boot_time": BOOTED.replace(tzinfo=None)}, "`boot_time` is `2026-10-01 00:00:00`", "an instant"),
    ],
)
def test_a_fact_of_another_type_is_told(fact, said, wanted):
    with pytest.raises(InventoryError) as refused:
        pr.host("web-1", **fact, packages=[{"name": "openssl", "arch": "amd64", "evr": "3.0-1"}])
    message, hint = str(refused.value).splitlines()
    assert message == f"host `web-1`: {said}, wanted {wanted} [PR2513]"
    assert hint.startswith("  hint: ")


def test_an_id_that_is_no_text_is_told():
    wrong: Any = 3
    with pytest.raises(InventoryError, match="host `3`: `host` is `3`, wanted text"):
        pr.host(wrong, product="Debian12")


@pytest.mark.parametrize(
    ("value", "said", "wanted"),
    [
        ({"name": 3}, "`name` is `3`", "text"),
        ({"evr": 19}, "`evr` is `19`", "text"),
        ({"evr": ["1"]}, "`evr` is a list of 1", "text"),
        ({"arch": 3}, "`arch` is `3`", "text"),
        ({"evr": b"3.0-1"}, "`evr` is `b'3.0-1'`", "text"),
        ({"installed_at": "2026"}, "`installed_at` is `2026`", "an instant"),
        ({"installed_at": 1790812800}, "`installed_at` is `1790812800`", "an instant"),
        ({"built": 1790812800.5}, "`built` is `1790812800.5`", "an instant"),
        ({"installed_at": BOOTED.replace(tzinfo=None)}, "`installed_at` is `2026-10-01 00:00:00`", "an instant"),
        ({"held": "yes"}, "`held` is `yes`", "a truth value"),
        ({"line": 2**40}, f"`line` is `{2**40}`", "a whole number"),
    ],
)
def test_a_value_of_a_package_of_another_type_is_told(value, said, wanted):
    good = {"name": "openssl", "arch": "amd64", "evr": "3.0-1"}
    with pytest.raises(InventoryError) as refused:
        pr.host("web-1", product="Debian12", packages=[good, good | value])
    message, hint = str(refused.value).splitlines()
    name = value.get("name", "openssl")
    assert message == f"host `web-1`, package 2 of 2 (`{name}`): {said}, wanted {wanted} [PR2114]"
    assert hint.startswith("  hint: ")


@pytest.mark.parametrize("name", ["", " "])
@pytest.mark.parametrize("packages", [[], [{"name": "bash", "evr": "5.2-1"}]], ids=["no package", "a package"])
def test_a_host_without_a_name_is_told(name, packages):
    with pytest.raises(InventoryError) as refused:
        pr.host(name, product="Debian12", packages=packages)
    message = f"`host` is `{name}`, wanted the host's name [PR2511]"
    assert str(refused.value) == f'{message}\n  hint: say what it is called: pr.host("web-1", ...)'


ONE_HOST = {
    "evaluate": lambda **options: pr.evaluate(PROD, HOST, [], as_of=AS_OF, **options),
    "evaluate_fleet": lambda **options: pr.evaluate_fleet(PROD, FLEET, [], as_of=AS_OF, **options),
    "prepare": lambda **options: pr.prepare(PROD, [], **options),
}


@pytest.mark.parametrize("ask", ONE_HOST.values(), ids=ONE_HOST)
def test_limits_and_override_lists_that_are_none_are_told(ask):
    for limits, said in ((3, "a `int`"), ("3", "'3'"), (timedelta(days=3), "a `timedelta`"), (0, "a `int`")):
        with pytest.raises(InventoryError) as refused:
            ask(limits=limits)
        hint = "make them with pr.AgeLimits(catalog=timedelta(days=3))"
        assert str(refused.value) == f"`limits` is {said}, wanted limits on ages [PR2250]\n  hint: {hint}"
    for lines, said in (
        (["sudo"], "'sudo'"),
        ("list.yaml", "'list.yaml'"),
        ([{"id": "sudo"}], "a `dict`"),
        (3, "a `int`"),
    ):
        with pytest.raises(BaselineError) as unloaded:
            ask(install_override=lines)
        message = f"`install_override` has {said}, wanted a list that was loaded [PR1262]"
        assert str(unloaded.value) == f"{message}\n  hint: load it with pr.load_install_override(...)"
    assert ask(install_override=[OverridePatch("sudo")])


@pytest.mark.parametrize("name", ["catalog", "inventory"])
@pytest.mark.parametrize(("given", "said"), [("3", "'3'"), (86400, "a `int`"), (BOOTED, "a `datetime`")])
def test_a_limit_that_is_no_length_of_time_is_told(name, given, said):
    with pytest.raises(InventoryError) as refused:
        pr.AgeLimits(**{name: given})
    message = f"`{name}` is {said}, wanted a length of time [PR2250]"
    assert str(refused.value) == f"{message}\n  hint: give a timedelta, e.g. `timedelta(days=3)`"


def test_what_a_tracking_file_remembers_is_read_first():
    given: Any = {}
    wanted = r"`previous_run` is a `dict`, wanted what a node's tracking file remembers .PR2251.\n  hint: read it with"
    with pytest.raises(InventoryError, match=wanted):
        pr.evaluate(PROD, HOST, [], as_of=AS_OF, previous_run=given)
    with pytest.raises(InventoryError, match=wanted):
        pr.evaluate_fleet(PROD, FLEET, [], as_of=AS_OF, previous_runs={"web-1": given})
    given = pr.PreviousRun()
    with pytest.raises(InventoryError, match=r"`previous_runs` is a `PreviousRun`, wanted .*, by host id .PR2251."):
        pr.evaluate_fleet(PROD, FLEET, [], as_of=AS_OF, previous_runs=given)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dialekt": "agent"}, "there is no option of prepare `dialekt`: did you mean `dialect`?"),
        ({"as_of": AS_OF}, "there is no option of prepare `as_of`"),
    ],
)
def test_an_option_that_prepare_does_not_have_is_told(options, said):
    with pytest.raises(UnknownNameError) as refused:
        pr.prepare(PROD, [], **options)
    known = (
        "rows, limits, baseline_override, dialect, operation, missing_date, reboot_option, install_override, deb_dates"
    )
    assert str(refused.value) == f"{said}\n  hint: known are {known}"


def test_keys_that_are_no_texts_are_told():
    packages: Any = [{"name": "a", 3: "x", "zz": 1}]
    with pytest.raises(InventoryError, match="a package has no `3`"):
        pr.host("web-1", product="Debian12", packages=packages)


def test_a_host_is_of_a_family_by_either_of_its_names():
    assert pr.host("web-1", family="REDHAT_ENTERPRISE_LINUX").family == "rhel"
    with pytest.raises(UnknownNameError, match="no family `rehl`: did you mean `rhel`"):
        pr.host("web-1", family="rehl")


def test_facts_of_their_types_are_taken():
    stated = {"tags": {"Env": "prod"}, "patch_group": "web", "boot_time": BOOTED, "captured_at": None}
    found = pr.host("web-1", product="Debian12", **dict[str, Any](stated))
    assert (found.tags, found.patch_group, found.boot_time) == ({"Env": "prod"}, "web", BOOTED)


REPORT: Any = pr.evaluate(PROD, HOST, [], as_of=AS_OF)


def written(run):
    return pr.write(run, io.BytesIO())


def judged_since(run):
    return pr.evaluate_fleet(PROD, FLEET, [], as_of=AS_OF, since=run)


@pytest.mark.parametrize(
    ("ask", "given", "said", "wanted"),
    [
        (written, "monday", "`run` is 'monday'", "a run, a report or several reports"),
        (written, 3, "`run` is a `int`", "a run, a report or several reports"),
        (written, [RUN], "`run` has a `Run`", "a run, a report or several reports"),
        (written, [REPORT, "r"], "`run` has 'r'", "a run, a report or several reports"),
        (lambda found: pr.explain(found, "bash"), "monday", "`found` is 'monday'", "a run or a report"),
        (lambda found: pr.explain(found, "bash", host="web-1"), [REPORT], "`found` is a `list`", "a run or a report"),
        (pr.history, 3, "`runs` is a `int`", "runs or the folder that they were saved in"),
        (pr.history, RUN, "`runs` is a `Run`", "runs or the folder that they were saved in"),
        (pr.history, [RUN, Path("monday")], "`runs` has 'monday'", "runs"),
        (lambda runs: pr.exposed(runs, "CVE-2026-1"), [None], "`runs` has None", "runs"),
        (judged_since, 3, "`since` is a `int`", "a run or the folder of a saved one"),
    ],
)
def test_what_is_neither_run_nor_report_is_refused(ask, given, said, wanted):
    with pytest.raises(DocumentError) as refused:
        ask(given)
    assert str(refused.value).splitlines() == [
        f"{said}, wanted {wanted} [PR7806]",
        "  hint: read a saved one with pr.load_run(...), or make one with pr.evaluate_fleet(...)",
    ]


@pytest.mark.parametrize("found", [RUN, REPORT])
@pytest.mark.parametrize(
    ("given", "said"), [(5, "a `int`"), (None, "None"), (["sudo"], "a `list`"), ("", "''"), (" ", "' '")]
)
def test_what_is_no_name_is_not_explained(found, given, said):
    with pytest.raises(DocumentError) as refused:
        pr.explain(found, given)
    assert str(refused.value).splitlines() == [
        f"`package` is {said}, wanted the name of a package or the id of an advisory or CVE [PR7806]",
        '  hint: ask about one: pr.explain(report, "openssl")',
    ]


@pytest.mark.parametrize(("given", "said"), [("nope", "'nope'"), ("", "''"), (5, "a `int`"), (None, "None")])
def test_nobody_is_exposed_to_what_is_no_cve(given, said):
    with pytest.raises(DocumentError) as refused:
        pr.exposed([RUN], given)
    assert str(refused.value).splitlines() == [
        f"`cve` is {said}, wanted the id of a CVE [PR7806]",
        "  hint: write it as in CVE-2026-10201",
    ]


@pytest.mark.parametrize(("given", "said"), [(5, "a `int`"), (None, "None"), (io.StringIO(), "a `StringIO`")])
def test_what_is_neither_path_nor_binary_stream_is_not_written_to(given, said):
    with pytest.raises(DocumentError) as refused:
        pr.write(RUN, given)
    assert str(refused.value).splitlines() == [
        f"`target` is {said}, wanted a path or a binary stream [PR7901]",
        '  hint: give a name, as "report.html", or a stream, as sys.stdout.buffer',
    ]


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"products": [9]}, "`products` has a `int`"),
        ({"products": 9}, "`products` is a `int`"),
        ({"products": b"Debian12"}, "`products` is a `bytes`"),
        ({"arch": 9}, "`arch` is a `int`"),
        ({"repository": ["main"]}, "`repository` is a `list`"),
    ],
)
def test_what_a_catalog_is_for_is_text(stated, said):
    with pytest.raises(CatalogError) as refused:
        pr.read_catalog("data/catalogs/debian12", **stated)
    assert str(refused.value) == f"{said}, wanted text [PR3228]\n  hint: put it in quotes"


def test_a_family_that_is_no_text_is_not_known():
    family: Any = 5
    with pytest.raises(UnknownNameError, match="there is no family `5`"):
        pr.read_catalog("data/catalogs/debian12", family=family)


def test_what_is_no_folder_is_no_saved_run():
    number: Any = 3
    with pytest.raises(DocumentError, match=r"`path` is a `int`, wanted the folder of a saved run .PR7801.\n  hint: "):
        pr.load_run(number)
