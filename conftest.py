"""For all tests, the examples in docstrings included: no test touches the user's own folders."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_store() -> Iterator[Path]:
    """The folder of the store that tests use unless they name another."""
    for variable in [name for name in os.environ if name.startswith("GFMDKG_")]:
        del os.environ[variable]
    with tempfile.TemporaryDirectory(prefix="gfmdkg-test-") as folder:
        os.environ["GFMDKG_STORE"] = str(Path(folder, "store"))
        os.environ["XDG_CACHE_HOME"] = str(Path(folder, "cache"))
        yield Path(folder, "store")
