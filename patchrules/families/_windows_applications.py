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
