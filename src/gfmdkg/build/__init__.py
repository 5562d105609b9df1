"""From the files of the repository to a published version."""

from gfmdkg.build.build import Built, beginning, build, ensure_built, ensure_empty
from gfmdkg.build.sources import Source, collect_sources, hash_sources

__all__ = [
    "Built",
    "Source",
    "beginning",
    "build",
    "collect_sources",
    "ensure_built",
    "ensure_empty",
    "hash_sources",
]
