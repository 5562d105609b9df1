"""Files that are made from a version once, and kept beside its database for every process.

None of them holds anything that the database does not; where one is missing or cannot be read,
it is made anew.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from gfmdkg.errors import Fault, StoreError

__all__ = ["alone", "derive_once", "replacing", "told_as_store_error"]


def derive_once(
    target: Path, make: Callable[[], None], *, is_current: Callable[[Path], bool] = Path.is_file
) -> None:
    """Have ``make`` make a file where there is none that ``is_current``.

    Any number of processes may ask at once: one makes it, the others wait. One that is killed
    leaves a file that nobody reads and the next removes. Raises ``OSError`` where the folder
    cannot be written.
    """
    if is_current(target):
        return
    with alone(target):
        if not is_current(target):
            for rubble in target.parent.glob(f"{target.name}.*.part"):
                rubble.unlink(missing_ok=True)
            make()


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """The path of a draft that takes the place of ``target``, on disk, when the block ends well.

    Readers see the former file or this one, never a half.
    """
    draft = target.with_name(f"{target.name}.{uuid4().hex}.part")
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Hold the right to write a file, for one thread of all processes at a time."""
    with target.with_name(f"{target.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def told_as_store_error(target: Path, *, what: str) -> Iterator[None]:
    """Raise what keeps ``what`` from being written to a file as a ``StoreError``."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        fault = Fault(message=str(error), file=str(target))
        raise StoreError(f"{what} cannot be written", [fault]) from error
