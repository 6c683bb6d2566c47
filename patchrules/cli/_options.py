"""The options that verbs share, in groups: what judges, what could be installed, what is, and how."""

from __future__ import annotations

import functools

import click

from patchrules.cli._settings import setting
from patchrules.cli._types import Age, CatalogSource, Instant, Limit, Named, Pair, Place, Product


def family_names() -> list[str]:
    """Return the families, for completion and mistakes."""
    from patchrules.families import families

    return sorted(families())


def inventory_formats() -> list[str]:
    """Return the inventory formats."""
    from patchrules.inventory import readers

    return sorted(readers())


def inventory_columns() -> list[str]:
    """Return the columns that a table of an inventory may have, by our names."""
    from patchrules.inventory.arrow_table import HOST_COLUMNS
    from patchrules.model.columns import PACKAGES

    return [*(one.name for one in PACKAGES), "version", "epoch", "release", *HOST_COLUMNS]


def predefined() -> tuple[str, ...]:
    """Return the names of AWS's baselines."""
    from patchrules.documents.predefined import predefined_names

    return predefined_names()


def dialects() -> list[str]:
    """Return the dialects."""
    from patchrules.model.names import Dialect

    return list(Dialect)


POLICY = (
    setting(
        "--baseline",
        key="policy.baselines",
        type=Place(predefined),
        multiple=True,
        metavar="FILE|FOLDER|AWS-NAME",
        help="Baselines; one serves every host of its system.",
    ),
    setting(
        "--registry",
        key="policy.registry",
        type=Place(),
        multiple=True,
        metavar="FILE|FOLDER",
        help="Which baseline serves which patch group.",
    ),
)
ONE_BASELINE = setting(
    "--baseline",
    "named",
    key="policy.baselines",
    type=Place(predefined),
    required=True,
    metavar="FILE|AWS-NAME",
    help="The baseline to ask.",
)
CATALOG = (
    setting(
        "--catalog",
        key="catalog",
        type=CatalogSource(),
        multiple=True,
        metavar="[PRODUCT_GLOB=]PATH",
        help="What could be installed: files, folders or stores.",
    ),
    click.option(
        "--known-as-of",
        type=Instant(),
        help="Judge by what a catalog store knew at this instant. Default: what it knows last.",
    ),
)
INVENTORY = (
    setting(
        "--inventory",
        key="inventory.path",
        type=Place(),
        multiple=True,
        metavar="PATH",
        help="What is installed: files, folders, globs.",
    ),
    setting(
        "--host", key="inventory.host", metavar="NAME", help="Judge this host only; names the host of a single file."
    ),
    setting(
        "--hosts",
        key="hosts.path",
        type=Place(),
        multiple=True,
        metavar="FILE",
        help="Facts about hosts: family, product, patch group, tags (YAML, CSV).",
    ),
    setting("--arch", key="inventory.arch", metavar="ARCH", help="Architecture of hosts that do not state one."),
    setting(
        "--format",
        "form",
        key="inventory.format",
        type=Named("inventory format", inventory_formats),
        help="Do not sniff the format.",
    ),
    setting(
        "--column",
        key="inventory.columns",
        type=Pair(kind="column of an inventory", known=inventory_columns),
        multiple=True,
        help="Name of a column of your tables: host=ResourceId.",
    ),
    setting(
        "--product-alias",
        key="product_alias",
        type=Pair("Rocky Linux 9*=RockyLinux9.3"),
        multiple=True,
        metavar="GLOB=PRODUCT",
        help="AWS's product for systems that call themselves so.",
    ),
)
AGES = (
    setting(
        "--max-inventory-age",
        key="evaluate.max_inventory_age",
        type=Age(),
        help="Hosts with older data are UNKNOWN: 36h, 30d, 2w.",
    ),
    click.option("--audit", is_flag=True, help="Hosts whose data is long after the as-of instant are UNKNOWN."),
    setting(
        "--max-catalog-age",
        key="evaluate.max_catalog_age",
        type=Age(),
        help="Hosts judged by an older catalog are UNKNOWN.",
    ),
)
FAMILY = setting(
    "--family",
    key="inventory.family",
    type=Named("family", family_names),
    help="Family of hosts to which neither --hosts nor their table gives one: rhel.",
)
LIMIT = setting(
    "--limit",
    key="limits",
    type=Limit(),
    multiple=True,
    help="What one file may grow to, e.g. max_bytes=8589934592.",
)
_PRODUCT = functools.partial(
    setting,
    "--product",
    key="inventory.product",
    metavar="PRODUCT",
    help="Product of hosts to which neither --hosts nor their table gives one: RedhatEnterpriseLinux9.3.",
)
SCOPE = (FAMILY, _PRODUCT(type=Product()), LIMIT)
TOLD_SCOPE = (FAMILY, _PRODUCT(), LIMIT)
"""For a verb that tells the diagnostics of the inventory: what is odd about a product is among them (PR2230)."""
CLOCK = (
    setting(
        "--as-of",
        key="evaluate.as_of",
        type=Instant(),
        help="The instant to judge at: 2026-11-01T00:00Z. Without a zone it is UTC, a day its midnight. Default: now.",
    ),
    setting(
        "--dialect",
        key="evaluate.dialect",
        type=Named("dialect", dialects),
        default="documented",
        help="documented or agent.",
    ),
    setting(
        "--deb-dates",
        key="evaluate.deb_dates",
        type=click.Choice(["ignore", "advisory"]),
        default="ignore",
        help="Whether delays count on deb systems, by the days of USN, DSA and DLA.",
    ),
    setting(
        "--strict",
        key="evaluate.strict",
        is_flag=True,
        help="Fail on refused rows and odd baselines, instead of saying so.",
    ),
)
RULES = (
    *CLOCK,
    setting(
        "--missing-date",
        key="evaluate.missing_date",
        type=click.Choice(["approve", "hold"]),
        default="approve",
        help="What a delay does with a patch without a date.",
    ),
)
OPERATION = setting(
    "--operation",
    key="evaluate.operation",
    type=click.Choice(["scan", "install"]),
    default="scan",
    help="What ran: after an install, what is missing has FAILED.",
)
PREVIOUS_RUN = setting(
    "--previous-run",
    key="evaluate.previous_run",
    type=Place(),
    multiple=True,
    metavar="[HOST=]FILE",
    help="Tracking files of nodes: patch-states-configuration.json.",
)
RUN = (
    OPERATION,
    setting(
        "--reboot-option",
        key="evaluate.reboot_option",
        type=click.Choice(["RebootIfNeeded", "NoReboot"], case_sensitive=False),
        default="RebootIfNeeded",
        help="What the install did about reboots.",
    ),
    setting(
        "--install-override",
        key="evaluate.install_override",
        type=Place(),
        metavar="FILE",
        help="An InstallOverrideList: what the install brings instead.",
    ),
    setting(
        "--baseline-override",
        key="evaluate.baseline_override",
        type=Place(),
        metavar="FILE",
        help="A BaselineOverride: baselines instead of the registered.",
    ),
    PREVIOUS_RUN,
)
"""Of verbs that judge what a run of Patch Manager did."""
SINCE = click.option(
    "--since",
    type=Place(),
    metavar="RUN",
    help="A saved run that kept digests: judge only hosts of which anything is other than it was in it.",
)
KEEP_DIGESTS = click.option(
    "--keep-digests", is_flag=True, help="Keep in a saved run what a later one needs for --since, as --since does."
)
