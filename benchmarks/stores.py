"""The databases that the servers serve, made once for each graph and kept in the cache."""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import gfmdkg as package
from benchmarks.generator import Generated
from benchmarks.peers import ENGINE, gfmdkg

__all__ = ["Stores", "load_command", "prepare_stores"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """A store of ours with the graph as its current version, and a database of `oxigraph`."""

    ours: Path
    oxigraph: Path

    @property
    def published(self) -> Path:
        """The database of our current version."""
        number = (self.ours / "CURRENT").read_text(encoding="utf-8").strip()
        return self.ours / "versions" / number / "db"


def prepare_stores(generated: Generated, folder: Path) -> Stores:
    """Load the graph, or find what was loaded before by the same code."""
    key = hashlib.sha256(generated.path.name.encode())
    for file in sorted(Path(package.__file__).parent.glob("store/**/*.py")):
        key.update(file.read_bytes())
    name = generated.path.stem
    stores = Stores(
        ours=folder / f"{name}-gfmdkg-{key.hexdigest()[:12]}",
        oxigraph=folder / f"{name}-oxigraph-{version('oxigraph')}",
    )
    if not stores.ours.exists():
        for old in folder.glob(f"{name}-gfmdkg-*"):
            shutil.rmtree(old)
        draft = _draft(stores.ours)
        subprocess.run(load_command(generated, draft), check=True, capture_output=True)
        draft.rename(stores.ours)
    if not stores.oxigraph.exists():
        draft = _draft(stores.oxigraph)
        options = ("--location", str(draft), "--file", str(generated.path))
        subprocess.run([str(ENGINE), "load", *options], check=True, capture_output=True)
        draft.rename(stores.oxigraph)
    return stores


def _draft(folder: Path) -> Path:
    """Where a database is until it is complete; empty."""
    draft = folder.with_name(folder.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    return draft


def load_command(generated: Generated, store: Path) -> list[str]:
    """Publishes the graph at the engine's speed."""
    return gfmdkg("--store", str(store), "load", str(generated.path), "--unchecked")
