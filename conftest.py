"""For all tests, the examples in docstrings included: no test touches the user's own store."""

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
        os.environ["GFMDKG_STORE"] = folder
        yield Path(folder)
