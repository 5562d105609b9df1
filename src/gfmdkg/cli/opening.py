"""Opening the graph for a command, with a word about what takes long."""

from gfmdkg.build import ensure_built, is_built_from
from gfmdkg.cli.context import CliContext
from gfmdkg.graph import Graph
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import Version

__all__ = ["ensure_graph", "open_graph"]


def open_graph(cli: CliContext) -> Graph:
    """The current version; a store that began empty or took updates is used as it is."""
    return Graph(ensure_graph(cli), versions=cli.versions(), settings=cli.settings())


def ensure_graph(cli: CliContext) -> Version:
    """The current version, built first where the sources changed."""
    versions = cli.versions()
    current = versions.current()
    if current is not None and current.sources_hash == "empty":
        return current
    content, default_graph = shipped_content(), cli.settings().default_graph
    if current is not None and is_built_from(current, content, default_graph=default_graph):
        return current
    with cli.error.status("opening the graph") as status:
        return ensure_built(
            content, versions, default_graph=default_graph, progress=status.update
        ).version
