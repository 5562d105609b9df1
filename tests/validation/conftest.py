"""What the tests of validation share."""

from pathlib import Path

import pytest

from gfmdkg.paths import Content, shipped_content


@pytest.fixture(scope="session")
def small_content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """The shipped ontology and queries with few data, which is validated faster."""
    shipped, root = shipped_content(), tmp_path_factory.mktemp("content")
    for name in ("queries", "ontology"):
        (root / name).symlink_to(shipped.root / name)
    (root / "data").mkdir()
    for name in ("reference/actors.ttl", "reference/processes.ttl", "sources.ttl"):
        (root / "data" / Path(name).name).symlink_to(shipped.data / name)
    return Content(root=root)
