"""How many modules of the package a command enters: each is one more to read for who follows it."""

import os
import subprocess
import sys
from pathlib import Path

_MOST = 40
_COUNT = """
import sys
from pathlib import Path
import gfmdkg
from gfmdkg.cli.main import main

package = str(Path(gfmdkg.__file__).parent)
entered, loading = set(), 0

def watch(frame, event, _):
    global loading
    if frame.f_code.co_name == "<module>":
        loading += {"call": 1, "return": -1}.get(event, 0)
    elif event == "call" and not loading and frame.f_code.co_filename.startswith(package):
        entered.add(frame.f_code.co_filename)

sys.setprofile(watch)
try:
    main(["--store", *sys.argv[1:]])
finally:
    sys.setprofile(None)
    print(len(entered), file=sys.stderr)
"""
_TRIPLE = (
    "<https://w3id.org/gfmdkg/id/instrument/cmw>"
    ' <http://www.w3.org/2004/02/skos/core#altLabel> "Migrant Workers Treaty"@en .'
)


def test_the_check_of_one_triple_enters_few(shipped_store: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.nt"
    file.write_text(_TRIPLE, "utf-8")
    arguments = [str(shipped_store), "validate", str(file)]
    # Once before, for the first check after an upgrade prepares the rules.
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", _COUNT, *arguments],
            capture_output=True,
            text=True,
            env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
            check=True,
        )
    assert done.stdout == "conforms: no findings\n"
    assert int(done.stderr.split()[-1]) <= _MOST
