"""Which architectures the systems of a packaging world have (SEMANTICS 5.e)."""

from __future__ import annotations

from types import MappingProxyType

_RPM = """
noarch x86_64 i386 i486 i586 i686 athlon geode ia32e ia64 aarch64 armv5tel armv6hl armv6l armv7hl armv7hnl armv7l armv8l
ppc ppc64 ppc64le ppc64p7 ppc64iseries ppc64pseries s390 s390x sparc sparcv9 sparcv9v sparc64 sparc64v alpha alphaev6
mips mipsel mips64 mips64el riscv64 riscv32 loongarch64 sh4 m68k x86_64_v2 x86_64_v3 x86_64_v4 src nosrc
"""
RPM_ARCHES = frozenset(_RPM.split())
"""The architectures rpm knows (its rpmrc): what ends a line and is none of these belongs to the release."""

_DPKG = """
all amd64 arm64 armel armhf i386 ia64 mips mipsel mips64el powerpc ppc64el riscv64 s390x alpha hppa hurd-i386 loong64
kfreebsd-amd64 kfreebsd-i386 m68k ppc64 sh4 sparc sparc64 x32 any
"""
DPKG_ARCHES = frozenset(_DPKG.split())
"""The architectures dpkg knows."""

# rpm takes amd64 and ia32e for x86_64, but no vendor builds packages of that name: whoever says so means dpkg's word.
ARCHES = MappingProxyType({"rpm": RPM_ARCHES - {"amd64", "ia32e"}, "dpkg": DPKG_ARCHES})
"""The architectures of each scheme that has some."""
