"""What people write, read into the model: baselines in every spelling, registries of them, hosts files."""

from patchrules.documents.baseline import load_baseline, load_baselines
from patchrules.documents.hosts import HostFacts, load_hosts
from patchrules.documents.predefined import predefined, predefined_names
from patchrules.documents.registry import load_registry

__all__ = [
    "HostFacts",
    "load_baseline",
    "load_baselines",
    "load_hosts",
    "load_registry",
    "predefined",
    "predefined_names",
]
