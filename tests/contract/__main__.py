"""``python -m tests.contract``: record the examples of the OpenAPI document anew."""

import json
import tempfile
from importlib.resources import files
from pathlib import Path

from tests.conftest import serve_settings
from tests.contract.conftest import writable_service
from tests.contract.recording import record

from gfmdkg.build import ensure_built
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shipped = Path(folder) / "shipped"
        ensure_built(shipped_content(), VersionStore(shipped))
        with writable_service(serve_settings, shipped, Path(folder)) as client:
            found = record(client.get("/openapi.json").json(), client)
    target = Path(str(files("gfmdkg.app") / "examples.json"))
    target.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} examples, {target.stat().st_size} bytes")


main()
