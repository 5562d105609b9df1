"""Copies of a database that cost next to nothing, since the big files are shared."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from gfmdkg.store.rdf_store import DIARY, OxigraphStore

__all__ = ["clone_database", "scratch_copy"]


def clone_database(source: Path, target: Path) -> None:
    """Copy a RocksDB folder that nobody writes to: tables by hard link, the rest by value.

    RocksDB never changes a table file once it is written. Where a link is not possible, as
    from one disk to another, the tables are copied as well. Its lock and its diary stay behind.
    """
    target.mkdir()
    for file in source.iterdir():
        if file.name == "LOCK" or file.name.startswith(DIARY):
            continue
        if file.suffix == ".sst":
            try:
                os.link(file, target / file.name)
            except OSError:
                shutil.copyfile(file, target / file.name)
        else:
            shutil.copyfile(file, target / file.name)


@contextmanager
def scratch_copy(database: Path, *, folder: Path) -> Iterator[OxigraphStore]:
    """A copy of a database to be changed at will; it is gone when the block ends.

    It lies below ``folder``, best on the same disk, or among the system's temporary files
    where that cannot be written to. What a killed process left there is removed.
    """
    with _place(folder) as place:
        clone_database(database, place / "db")
        store = OxigraphStore.open(place / "db")
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    place = folder / uuid4().hex
    with ExitStack() as stack:
        # Before it is made: an interrupt may come in the midst of that.
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        try:
            folder.mkdir(exist_ok=True)
            lock = _make_place(place)
        except OSError:
            from tempfile import TemporaryDirectory  # a rare case, which nobody waits for

            temporary = stack.enter_context(TemporaryDirectory(prefix="gfmdkg-"))
            place = Path(temporary)
        else:
            stack.callback(os.close, lock)
        yield place


def _make_place(place: Path) -> int:
    """Make a new folder and hold its lock, which tells it from what a killed process left."""
    with (place.parent / "lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for other in place.parent.iterdir():
            if other.is_dir():
                _remove_if_left(other)
        place.mkdir()
        lock = os.open(place / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock


def _remove_if_left(place: Path) -> None:
    try:
        lock = os.open(place / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        shutil.rmtree(place, ignore_errors=True)
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(place, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(lock)
