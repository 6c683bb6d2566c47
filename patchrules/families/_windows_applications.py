"""Applications of Microsoft: which names of its security updates belong to which product and family of AWS.

Sources: SEMANTICS 1.5 (`Office 2016`, family `Office`), and the product titles of Windows Server Update Services, which
AWS's strings follow for applications. [R] for the other years.
"""

from __future__ import annotations

OFFICE_PROGRAMS = "access|excel|infopath|office|onenote|outlook|powerpoint|project|publisher|visio|word"

APPLICATIONS = (
    (rf"microsoft (?:{OFFICE_PROGRAMS}) (20\d\d)", "Office {}", "Office"),
    (r"(?:microsoft )?skype for business (?:basic )?(20\d\d)", "Office {}", "Office"),
    (r"(?:microsoft )?sql server (20\d\d(?: r2)?)", "Microsoft SQL Server {}", "SQL Server"),
    (r"microsoft exchange server (20\d\d)", "Exchange Server {}", "Exchange"),
)
"""The beginning of a name in lower case, with what takes the place of ``{}``; AWS's product and its family."""

COMPONENTS = (
    r"(?P<component>.+?) (?:when )?(?:installed )?on (?=(?:microsoft )?windows )",
    r"(?P<component>.+?) (?:installed )?on (?=microsoft server operating system)",
)
"""How an update names a part of Windows before the release it is for."""

OTHER_SYSTEMS = r"\b(?:for mac|for macos|apple mac os|for linux|for ubuntu|for android|for ios|on (?:android|ios))\b"
"""What is said of an update for another system, in lower case."""

PRODUCT_TITLES = (
    (r"windows 10 lts[bc].*", "Windows10LTSB"),
    (r"windows 10\b.*", "Windows10"),
    (r"windows 11\b.*", "Windows11"),
)
"""WSUS's titles of systems that name several releases at once (`Windows 10, version 1903 and later`), in lower case."""

CLASSIFICATIONS = {
    "0fa1201d-4330-4fa8-8ae9-b877473b6441": "SecurityUpdates",
    "e6cf1350-c01b-414d-a61f-263d14d133b4": "CriticalUpdates",
    "28bc880e-0592-4cbf-8f95-c79b17911d5f": "UpdateRollups",
    "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83": "Updates",
    "e0789628-ce08-4437-be74-2495b842f43b": "DefinitionUpdates",
    "b54e7d24-7add-428f-8b75-90a396fa584f": "FeaturePacks",
    "68c5b0a3-d1a6-4553-ae49-01d3a7827828": "ServicePacks",
    "b4832bd8-e735-4761-8daf-37f882276dab": "Tools",
    "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0": "Drivers",
    "3689bdc8-b205-4af4-8d4a-a63924c5e9d5": "Upgrades",
}
"""Microsoft's ids of classifications, with AWS's words for them."""
