"""From the files of the repository to a published version."""

from gfmdkg.build.build import Built, beginning, build, ensure_built, ensure_empty
from gfmdkg.build.sources import is_built_from

__all__ = ["Built", "beginning", "build", "ensure_built", "ensure_empty", "is_built_from"]
