"""Files that several processes share: written by one at a time, and never seen by half.

Beside the database of a version lie files that are made from it once, for every process. None
of them holds anything that the database does not; where one is missing or cannot be read, it is
made anew.
"""

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from gfmdkg.errors import Conflict, Fault, StoreError

__all__ = [
    "alone",
    "derive_once",
    "locked",
    "replace_durably",
    "replacing",
    "scratch_folder",
    "sync_folder",
    "told_as_store_error",
]

_POLL_SECONDS = 0.01


def replace_durably(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Put a text in a file's place, on disk: readers see the former or this one, never a half.

    ``mode`` is who may read and write it, as far as the process gives that away.
    """
    with replacing(path) as draft:
        draft.touch(mode)
        draft.write_text(text, encoding="utf-8")
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
            for leftover in target.parent.glob(f"{target.name}.*.part"):
                leftover.unlink(missing_ok=True)
            make()


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Hold the right to write a file, for one thread of all processes at a time."""
    with target.with_name(f"{target.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def locked(file: Path, *, wait_seconds: float, refusal: str) -> Iterator[None]:
    """Hold the lock that a file is there for. It goes with the process, however that ends.

    Raises ``Conflict`` with the ``refusal`` where another holds it for ``wait_seconds``.
    """
    deadline = time.monotonic() + wait_seconds
    with file.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise Conflict(f"{refusal} for {wait_seconds:g} s; try again") from error
                time.sleep(_POLL_SECONDS)
        yield


@contextmanager
def told_as_store_error(target: Path, *, what: str) -> Iterator[None]:
    """Raise what keeps ``what`` from being written to a file as a ``StoreError``."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        fault = Fault(message=str(error), file=str(target))
        raise StoreError(f"{what} cannot be written", [fault]) from error


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A new folder, which is gone when the block ends.

    It lies below ``parent`` or, where that cannot be written to, among the system's temporary
    files. What a killed process left below ``parent`` is removed.
    """
    place = parent / uuid4().hex
    with ExitStack() as stack:
        # Before it is made: an interrupt may come in the midst of that.
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        try:
            parent.mkdir(exist_ok=True)
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
    with (place.parent / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
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
