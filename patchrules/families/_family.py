"""What an operating system is to patchrules: declared facts, no algorithm, no callable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from patchrules.model.names import FilterKey, OperatingSystem


@dataclass(frozen=True, slots=True)
class Facts:
    """How one dialect reads the rules for one family.

    - ``filters``: filter key -> catalog column it compares; a key that is not here matches nothing.
    - ``host_product``: PRODUCT compares the host's product (Linux), not the patch's (Windows).
    - ``security_gate``: what a patch needs without EnableNonSecurity (DECISIONS 6): ``notice`` (a notice names it),
      ``archive`` (it comes from a security archive), ``none``.
    - ``clocks``: the dates that may serve as the release date, first usable wins (DECISIONS 3); empty: delays have no
      effect (DECISIONS 5).
    - ``advisory_clocks``: the dates that count instead when the caller wants those of advisories (``deb_dates``).
    - ``name_forms``: the texts a package offers to list entries (4.1), as format strings over ``name arch epoch version
      release evr``.
    - ``title``: the text of that kind that AWS shows as ``Title`` (5.11).
    - ``override_forms``: more such texts, for the titles of an InstallOverrideList only (DECISIONS 8).
    - ``approved_ids``, ``rejected_ids``: catalog columns whose ids work in the two lists; ``override_ids``: in an
      InstallOverrideList (4.8).
    - ``wildcards``: list entries may be globs (4.2); without it they are exact texts (DECISIONS 8).
    - ``alike``: filter value -> one more value it also matches, not the reverse, both lower case (DECISIONS 7).
    - ``severity``: the catalog column reported as vendor severity (deb: ``priority``).
    - ``lists_not_applicable``: NOT_APPLICABLE rows are listed, not only counted (DECISIONS 16).
    - ``assumed``: filter key -> what a patch counts as that does not state it; ``implied``: filter key -> the value
      that a rule wants if neither it nor the global filters name the key (1.6).
    - ``identity``: catalog columns that make rows one patch; rows that state nothing in the first are never merged.
    - ``never_offered``: classifications, in lower case, whose patches count where they are installed only (2.6).
    - ``sources``: a baseline's Sources replace the repositories of the host (1.7).
    - ``waiting``: what waits for a reboot: what anyone installed after the last boot (``history``, DECISIONS 26), or
      what AWS's tool remembers of its own runs (``tracking``, 5.9).

    What only the ``agent`` dialect changes:

    - ``states``: how states are decided: by versions of packages (``documented``), by ``updates`` that are installed or
      not (DECISIONS 25), or as AWS's ``yum``, ``dnf``, ``zypper`` or ``apt`` code does.
    - ``order``: version order of that code, a name of ``versions.SCHEMES``; None: the family's.
    - ``dates``: how dates are read: ``documented``, ``yum``, ``dnf``, ``zypper`` (2.1.5, 2.2.3, 2.4.4).
    - ``value_case``: ``any``, ``exact`` (yum: Title Case only, Q1) or ``lowered`` (apt: the filter's values are).
    - ``product_case``: the same for PRODUCT.
    - ``repeated_key``: a key given twice in a group: ``and``, or ``last`` (apt).
    - ``unknown_key``: a filter of a key the family does not use selects ``nothing`` or ``everything`` (apt, Q24).
    - ``globals_bind``: approved-list hits that the global filters gate too: ``names``, ``ids`` (Q2).
    - ``list_syntax``: ``names`` (4.2) or ``ranges`` (zypper, 4.3).
    - ``texts``: classification and severity are read as written, or in ``title`` case (yum).
    - ``severity_absent``: what is reported for a notice without severity.
    - ``duplicates``: rows of one patch are merged (``merge``, DECISIONS 23), all kept (``keep``), or only those of the
      first notice with the id count (``first``).
    - ``modules``: packages of a module stream that the host has not enabled are not for it (2.2.7).
    - ``majors``: packages for another major release are not applicable (DECISIONS 22).
    - ``time_travel``: patches released after the as-of instant do not exist yet (DECISIONS 29).
    """

    manager: str
    filters: Mapping[FilterKey, str]
    security_gate: str
    clocks: tuple[str, ...]
    name_forms: tuple[str, ...]
    title: str
    override_forms: tuple[str, ...] = ()
    advisory_clocks: tuple[str, ...] = ()
    approved_ids: tuple[str, ...] = ()
    rejected_ids: tuple[str, ...] = ()
    override_ids: tuple[str, ...] = ()
    wildcards: bool = True
    alike: Mapping[str, str] = field(default_factory=dict)
    host_product: bool = True
    severity: str = "severity"
    lists_not_applicable: bool = False
    assumed: Mapping[FilterKey, str] = field(default_factory=dict)
    implied: Mapping[FilterKey, str] = field(default_factory=dict)
    identity: tuple[str, ...] = ("advisory", "name", "arch", "evr")
    never_offered: tuple[str, ...] = ()
    sources: bool = True
    waiting: str = "history"
    states: str = "documented"
    order: str | None = None
    dates: str = "documented"
    value_case: str = "any"
    product_case: str = "any"
    repeated_key: str = "and"
    unknown_key: str = "nothing"
    globals_bind: tuple[str, ...] = ()
    list_syntax: str = "names"
    texts: str = "written"
    severity_absent: str = ""
    duplicates: str = "merge"
    modules: bool = True
    majors: bool = True
    time_travel: bool = True


@dataclass(frozen=True, slots=True)
class Family:
    """One operating system as AWS names it, with the facts of both dialects.

    - ``scheme``: version order, a name of ``versions.SCHEMES``.
    - ``agent``: facts of the ``agent`` dialect by product glob, first match wins; empty: not observed, refused.
    - ``independent_arch``: the architecture of packages that run everywhere (``noarch``, ``all``).
    - ``has_arch``: packages are told apart by architecture; else it is no part of their names.
    - ``independent_is_native``: such a package replaces the native one of that name and back (dpkg); else the two are
      different packages (SEMANTICS 5.3).
    - ``install_only``: globs of the packages of which several versions are installed beside each other (dnf's word): of
      all others the package manager keeps one, so that several are no list of one system (SEMANTICS 5.1); None: of any.
    - ``compatible``: machine architecture -> package architectures it can run; a machine that is not here runs its own
      and the independent one.
    - ``arch_names``: what people call architectures, in lower case -> the one word for it in catalogs and hosts, where
      systems have several words; empty: there is one, the package manager's.
    - ``dist_tag``: regular expression whose group 1 is the major release a version text was built for (DECISIONS 22),
      written for Python's ``re`` and RE2 alike; None: the version text does not tell;
      ``major``: the major release where the product does not tell it; ``foreign_tag``: the tags of other vendors.
    - ``products``: shell globs of AWS's product strings; ``product_format`` makes one from a version:
      ``RedhatEnterpriseLinux{version}``; ``product_parts``: how many dotted numbers of the version it keeps.
    - ``os_release_ids``, ``platform_names``: how os-release and Systems Manager name the system; ``versions``: globs of
      the versions that belong to this family where a name is shared (Amazon Linux 2, 2022, 2023).
    - ``codenames``: release codename -> version, to read archive files and products that carry the name (bookworm: 12).
    - ``release_packages``: packages whose version tells the product.
    - ``security_archives``: the vendor keeps security fixes in archives of their own (3.7): a host without one among
      its catalogs is told of.
    - ``lists_lacking``: its catalogs list what a host lacks (``softwareupdate -l``), so that an empty one is an answer.
    - ``values``: the values AWS documents for each filter key (1.5); other values are lint findings, not errors.
    - ``predefined``: AWS's own baselines for it, the default first.
    """

    name: str
    operating_system: OperatingSystem
    label: str
    scheme: str
    documented: Facts
    products: tuple[str, ...]
    product_format: str
    predefined: tuple[str, ...]
    agent: tuple[tuple[str, Facts], ...] = ()
    product_parts: int = 2
    independent_arch: str = "noarch"
    independent_is_native: bool = False
    install_only: tuple[str, ...] | None = None
    has_arch: bool = True
    compatible: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    arch_names: Mapping[str, str] = field(default_factory=dict)
    dist_tag: str | None = None
    major: str | None = None
    foreign_tag: str | None = None
    os_release_ids: tuple[str, ...] = ()
    platform_names: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("*",)
    codenames: Mapping[str, str] = field(default_factory=dict)
    release_packages: tuple[str, ...] = ()
    security_archives: bool = False
    lists_lacking: bool = False
    values: Mapping[FilterKey, tuple[str, ...]] = field(default_factory=dict)
