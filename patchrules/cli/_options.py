"""The options that verbs share, in groups: what judges, what could be installed, what is, and how."""

from __future__ import annotations

import click

from patchrules.cli._types import Age, Instant, Named, Pair, Place


def family_names() -> list[str]:
    """Return the families, for completion and mistakes."""
    from patchrules.families import families

    return sorted(families())


def inventory_formats() -> list[str]:
    """Return the inventory formats."""
    from patchrules.inventory import readers

    return sorted(readers())


def predefined() -> tuple[str, ...]:
    """Return the names of AWS's baselines."""
    from patchrules.documents.predefined import predefined_names

    return predefined_names()


def dialects() -> list[str]:
    """Return the dialects."""
    from patchrules.model.names import Dialect

    return list(Dialect)


POLICY = (
    click.option(
        "--baseline",
        type=Place(predefined),
        multiple=True,
        metavar="FILE|FOLDER|AWS-NAME",
        help="Baselines; one serves every host of its system.",
    ),
    click.option(
        "--registry",
        type=Place(),
        multiple=True,
        metavar="FILE|FOLDER",
        help="Which baseline serves which patch group.",
    ),
)
CATALOG = (
    click.option(
        "--catalog",
        type=Place(),
        multiple=True,
        metavar="[PRODUCT_GLOB=]PATH",
        help="What could be installed: files or folders.",
    ),
)
INVENTORY = (
    click.option(
        "--inventory", type=Place(), multiple=True, metavar="PATH", help="What is installed: files, folders, globs."
    ),
    click.option("--host", metavar="NAME", help="Judge this host only; names the host of a single file."),
    click.option(
        "--hosts", type=Place(), metavar="FILE", help="Facts about hosts: family, product, patch group, tags (YAML)."
    ),
    click.option("--arch", metavar="ARCH", help="Architecture of hosts that do not state one."),
    click.option(
        "--format", "form", type=Named("inventory format", inventory_formats), help="Do not sniff the format."
    ),
    click.option("--column", type=Pair(), multiple=True, help="Name of a column of your tables: host=ResourceId."),
    click.option("--max-inventory-age", type=Age(), help="Hosts with older data are UNKNOWN: 36h, 30d, 2w."),
    click.option("--max-catalog-age", type=Age(), help="Hosts judged by an older catalog are UNKNOWN."),
)
SCOPE = (
    click.option("--family", type=Named("family", family_names), help="Family of what does not state one: rhel."),
    click.option("--product", metavar="PRODUCT", help="Product of what does not state one: RedhatEnterpriseLinux9.3."),
)
RULES = (
    click.option("--as-of", type=Instant(), help="The instant to judge at: 2026-11-01T00:00Z. Default: now."),
    click.option("--dialect", type=Named("dialect", dialects), default="documented", help="documented or agent."),
    click.option(
        "--operation",
        type=click.Choice(["scan", "install"]),
        default="scan",
        help="What ran: after an install, what is missing has FAILED.",
    ),
    click.option(
        "--missing-date",
        type=click.Choice(["approve", "hold"]),
        default="approve",
        help="What a delay does with a patch without a date.",
    ),
    click.option(
        "--deb-dates",
        type=click.Choice(["ignore", "advisory"]),
        default="ignore",
        help="Whether delays count on deb systems, by the days of USN, DSA and DLA.",
    ),
    click.option("--strict", is_flag=True, help="Fail on refused rows and on odd baselines, where you are told else."),
)

RUN = (
    click.option(
        "--reboot-option",
        type=click.Choice(["RebootIfNeeded", "NoReboot"], case_sensitive=False),
        default="RebootIfNeeded",
        help="What the install did about reboots.",
    ),
    click.option(
        "--install-override",
        type=Place(),
        metavar="FILE",
        help="An InstallOverrideList: what the install brings instead.",
    ),
    click.option(
        "--baseline-override",
        type=Place(),
        metavar="FILE",
        help="A BaselineOverride: baselines instead of the registered.",
    ),
    click.option(
        "--previous-run",
        type=Place(),
        multiple=True,
        metavar="[HOST=]FILE",
        help="Tracking files of nodes: patch-states-configuration.json.",
    ),
)
"""Of verbs that judge what a run of Patch Manager did."""
