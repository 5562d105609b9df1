"""Opening the graph for a command, with a word about what takes long."""

from gfmdkg.build import ensure_built
from gfmdkg.cli.context import CliContext
from gfmdkg.graph import Graph
from gfmdkg.paths import shipped_content

__all__ = ["open_graph"]


def open_graph(cli: CliContext) -> Graph:
    """The current version; a store that began empty or took updates is used as it is."""
    versions = cli.versions()
    current = versions.current()
    if current is not None and current.sources_hash == "empty":
        return Graph(current, versions=versions)
    with cli.error.status("opening the graph") as status:
        built = ensure_built(
            shipped_content(),
            versions,
            default_graph=cli.settings().default_graph,
            progress=status.update,
        )
    return Graph(built.version, versions=versions)
