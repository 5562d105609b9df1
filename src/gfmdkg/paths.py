"""Where things lie: the shipped content, and the user's store."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Content", "cache_folder", "default_store", "shipped_content"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The folders a graph is built from. ``root`` is what file names are shown relative to."""

    root: Path

    @property
    def ontology(self) -> Path:
        """The ontology, its vocabularies, shapes, checks and examples."""
        return self.root / "ontology"

    @property
    def context(self) -> Path:
        """The JSON-LD context."""
        return self.ontology / "context.jsonld"

    @property
    def data(self) -> Path:
        """Reference data and reports."""
        return self.root / "data"

    @property
    def queries(self) -> Path:
        """Canned queries, a folder per topic."""
        return self.root / "queries"


def shipped_content() -> Content:
    """The content that came with this installation.

    A wheel carries it inside the package, a checkout has it at the repository's top.
    """
    package = Path(__file__).parent
    packed = package / "content"
    return Content(root=packed if packed.is_dir() else package.parent.parent)


def default_store() -> Path:
    """The store's folder when neither ``--store`` nor ``GFMDKG_STORE`` names another."""
    import platformdirs  # which those who name a folder do without

    return platformdirs.user_data_path("gfmdkg", appauthor=False) / "store"


def cache_folder() -> Path:
    """The user's folder for what can be made again; it may be emptied at any time."""
    import platformdirs

    return platformdirs.user_cache_path("gfmdkg", appauthor=False)
