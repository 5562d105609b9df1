"""Loading a generated graph: the engine alone, and the whole way to a published version."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from benchmarks.generator import Generated
from gfmdkg.store.union import with_union
from gfmdkg.store.versions import Origin, VersionStore

__all__ = ["LoadFigures", "publish", "raw_bulk_load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFigures:
    """Seconds of each stage on the way to a published version."""

    bulk_load: float
    union: float
    publish: float

    @property
    def total(self) -> float:
        """Seconds of all stages."""
        return self.bulk_load + self.union + self.publish


def raw_bulk_load(generated: Generated, folder: Path) -> float:
    """Seconds that the engine alone takes to load the file: the measure of every load."""
    shutil.rmtree(folder, ignore_errors=True)
    begun = time.perf_counter()
    store = ox.Store(str(folder))
    store.bulk_load(path=str(generated.path), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    return time.perf_counter() - begun


def publish(generated: Generated, folder: Path) -> LoadFigures:
    """Load the file into a new store and publish it, default graph and content hash included."""
    shutil.rmtree(folder, ignore_errors=True)
    begun = time.perf_counter()
    with VersionStore(folder).writing(from_nothing=True) as draft:
        draft.store.bulk_load(generated.path, media_type="application/n-quads")
        loaded = time.perf_counter()
        draft.store.extend(with_union(draft.store.quads()))
        united = time.perf_counter()
        # An update's version is what `serve` keeps although the shipped files say otherwise.
        draft.publish(
            message=f"generated graph of {generated.triples} triples",
            origin=Origin.UPDATE,
            sources_hash="generated",
            default_graph="union",
        )
    return LoadFigures(
        bulk_load=loaded - begun, union=united - loaded, publish=time.perf_counter() - united
    )
