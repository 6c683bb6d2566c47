"""Which texts are no version of a scheme, asked of many at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from patchrules.errors import VersionError
from patchrules.versions import SCHEMES

# A text these let pass is a version beyond doubt; only the others are taken apart one by one.
_PLAIN = {
    "rpm": re.compile(r"(?:(?:[0-9]{1,9}:)?[A-Za-z0-9._+~^-]+\n)*").fullmatch,
    "dpkg": re.compile(r"(?:(?:[0-9]{1,9}:)?[0-9][A-Za-z0-9.+~]*(?:-[A-Za-z0-9.+~]+)*\n)*").fullmatch,
}


def refused_versions(versions: Iterable[str], scheme: str) -> dict[str, str]:
    """Return the texts that are no version of ``scheme``, each with why (SEMANTICS 6).

    Cost: one regular expression over all texts; only where it finds something, Python once a distinct text.

    >>> refused_versions(["1.0-1", "1.0 rc1"], "rpm")
    {'1.0 rc1': '`1.0 rc1` is not an rpm version: it holds a blank or control character at column 4'}
    """
    distinct = dict.fromkeys(versions)
    plain = _PLAIN.get(scheme)
    joined = "\n".join([*distinct, ""])
    if plain and joined.count("\n") == len(distinct) and plain(joined):
        return {}
    sort_key = SCHEMES[scheme].sort_key
    refused = {}
    for version in distinct:
        try:
            sort_key(version)
        except VersionError as problem:
            refused[version] = problem.message
    return refused
