"""What is compiled for a question so far: what catalogs offer each kind of hosts, and what baselines say of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import replace

import pyarrow as pa

from patchrules.batch.compiled import compiled, offer
from patchrules.batch.kinds import Kinds
from patchrules.batch.offer import Offer
from patchrules.batch.policy import Policy
from patchrules.evaluation.profiles import Profile
from patchrules.evaluation.repositories import rows_of
from patchrules.families import facts_of, families
from patchrules.model.columns import CATALOG
from patchrules.model.host import Host
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Settings
from patchrules.sources import arrow

MOST = 32
"""Offers that are kept for baselines and instants that are yet to come."""


class Policies:
    """The policies of profiles, each compiled when it is first asked for; baselines share what a catalog offers."""

    def __init__(self, catalogs: Sequence[Catalog], offers: OrderedDict[Hashable, Offer] | None = None) -> None:
        """Start with no policy; ``offers`` are those of the same question at other instants, and are added to.

        Of these the MOST that were asked for last are kept: each is as large as its catalogs.
        """
        self._catalogs = catalogs
        self._policies: dict[Profile, Policy] = {}
        self._offers = OrderedDict() if offers is None else offers

    def of(self, profile: Profile, given: Settings) -> Policy:
        """Return the policy of a profile, at the instant that is asked about.

        Between those that are asked about no decision on a patch changes. Cost: that of :meth:`compiled`, once.
        """
        if profile not in self._policies:
            self._policies[profile] = self.compiled(profile, given)
        # What a package itself says, as when it was built, is judged where it is met, at that instant.
        return replace(self._policies[profile], settings=given, kinds=Kinds())

    def compiled(self, profile: Profile, given: Settings) -> Policy:
        """Compile the policy of a profile. Cost: a few passes over its catalogs, and a sort where the offer is new."""
        return compiled(profile.baseline, self._offer(profile, given), given)

    def _offer(self, profile: Profile, given: Settings) -> Offer:
        """Return what the catalogs of a profile offer its hosts, whatever baseline serves them."""
        known = self._offers
        described = (
            profile.family,
            profile.product,
            profile.arch,
            profile.catalogs,
            profile.modules,
            profile.repositories,
        )
        # Other threads may take and put, too: what is taken here is put back as the last one that was asked for.
        known[described] = found = known.pop(described, None) or self._put_in_order(profile, given)
        if len(known) > MOST:
            known.popitem(last=False)
        return found

    def _put_in_order(self, profile: Profile, given: Settings) -> Offer:
        """Return what the catalogs of a profile offer, put in order now."""
        tables = [rows_of(self._catalogs[number], profile.repositories) for number in profile.catalogs]
        return offer(
            pa.concat_tables(tables) if tables else arrow.table(CATALOG, {}, 0),
            Host("", profile.family, profile.product, profile.arch, enabled_modules=profile.modules),
            family=families()[profile.family],
            facts=facts_of(families()[profile.family], given.dialect, profile.product, deb_dates=given.deb_dates),
        )
