"""``python -m tests.recordings --write [FAMILY…]``: record anew, to be reviewed by its diff."""

import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.recordings.blocks import FOLDER, write_blocks
from tests.recordings.calling import calling
from tests.recordings.calls import CALL_FAMILIES
from tests.recordings.exchanges import FAMILIES
from tests.recordings.replaying import replay, serving_recorded

from gfmdkg.build import ensure_built
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore


def main() -> None:
    if "--write" not in sys.argv:
        sys.exit(__doc__)
    wanted = [name for name in sys.argv[1:] if name != "--write"]
    for variable in [name for name in os.environ if name.startswith("GFMDKG_")]:
        del os.environ[variable]
    families = [f for f in FAMILIES if not wanted or f.name in wanted]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shipped = folder / "built"
        ensure_built(shipped_content(), VersionStore(shipped))
        for call_family in CALL_FAMILIES:
            if not wanted or call_family.name in wanted:
                keep("cli", call_family.name, calling(call_family, shipped, folder))
        for server in dict.fromkeys(family.server for family in families):
            with serving_recorded(server, shipped, folder) as served:
                for family in families:
                    if family.server == server:
                        keep("http", family.name, replay(family, served))


def keep(kind: str, name: str, blocks: dict[str, str]) -> None:
    write_blocks(FOLDER / kind / f"{name}.txt", blocks)
    print(f"{name}: {len(blocks)} recorded at {perf_counter():.0f} s")


main()
