"""Major releases: that of a product, and the one a package was built for (DECISIONS 22)."""

from __future__ import annotations

import functools
import re

from patchrules.families._family import Family


def major_of(family: Family, product: str | None) -> str | None:
    """Return the major release of hosts with a product, None where neither the family nor the product tells.

    >>> from patchrules.families import family_named
    >>> major_of(family_named("rhel"), "RedhatEnterpriseLinux9.3"), major_of(family_named("amazon_linux_2"), None)
    ('9', '2')
    """
    digits = re.search("[0-9]+", product or "")
    return family.major or (digits.group() if digits else None)


@functools.lru_cache(1 << 18)
def built_for(dist_tag: str, evr: str) -> str | None:
    """Return the major release that a version was built for, by the last of its tags; None for one without a tag.

    >>> from patchrules.families import family_named
    >>> built_for(family_named("rhel").dist_tag, "5.1-6.el9"), built_for(family_named("rhel").dist_tag, "5.1-6")
    ('9', None)
    """
    tags = re.findall(dist_tag, evr)
    return tags[-1] if tags else None
