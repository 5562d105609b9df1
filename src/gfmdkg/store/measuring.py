"""The content hash and the size of a draft, and what it has more and less than its base."""

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from gfmdkg.store.comparison import compare_stores, count_growth, is_comparable
from gfmdkg.store.content_hash import hash_changed, hash_content
from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.version import Origin, Version

if TYPE_CHECKING:
    from gfmdkg.store.versions import Draft

__all__ = ["compare", "measure", "measure_change"]


def measure(draft: "Draft", version: Version) -> Version:
    """The version with its content hash and size, for which all of the draft is read."""
    has_union = version.default_graph == "union"
    content_hash = hash_content(draft.store, has_union=has_union)
    return replace(version, content_hash=content_hash, quads=len(draft.store))


def measure_change(draft: "Draft", base: Version, version: Version, patch: Patch) -> Version:
    """The same where all that differs from the base is in the patch: read that alone."""
    with closing(OxigraphStore.open_read_only(base.database)) as before:
        quads = base.quads + count_growth(before, draft.store, patch)
    return replace(version, content_hash=hash_changed(base.content_hash, patch), quads=quads)


def compare(draft: "Draft", version: Version) -> Patch | None:
    """What a draft has more and less than its base; ``None`` where that is not recorded."""
    has_union = version.default_graph == "union"
    if draft.base is None:
        # The files are the first build's history; other beginnings have no other.
        is_build = version.origin is Origin.BUILD
        return None if is_build else _compared(None, draft.store, has_union=has_union)
    with closing(OxigraphStore.open_read_only(draft.base.database)) as before:
        return _compared(before, draft.store, has_union=has_union)


def _compared(
    before: OxigraphStore | None, after: OxigraphStore, *, has_union: bool
) -> Patch | None:
    if not is_comparable(before, after, has_union=has_union):
        return None
    return compare_stores(before, after, has_union=has_union)
