"""The inside of a worker process: set up, then one request after the other.

A role (writing, validating, networks) is a module with ``create_handler(options) -> Handler``.
This module must stay cheap to import: a worker is started while somebody waits for it.
"""

import json
import os
import select
import signal
import socket
import sys
import traceback
from importlib import import_module
from typing import BinaryIO

from gfmdkg.engine.confinement import confine
from gfmdkg.engine.frames import Frame, Handler, Reply, encode_error, pack_frame, read_frame
from gfmdkg.engine.memory import give_memory_back
from gfmdkg.errors import EngineFailure, GfmdkgError

__all__ = ["run"]

# The server process kills at the limit; this is for one that is itself stuck.
_OWN_TIMER_GRACE_SECONDS = 0.1
# Whoever asks again at once would only have to wait until the memory is there once more.
_REST_SECONDS = 0.5


def _main() -> None:
    setup = json.loads(sys.argv[1])
    connection = socket.socket(fileno=setup["connection"])
    obstacle = confine(memory_limit_bytes=setup["memory_limit_bytes"], parent=setup["parent"])
    role = import_module(setup["module"])
    handler: Handler = role.create_handler(setup["options"])
    limit_mebibytes = setup["memory_limit_bytes"] >> 20
    memory = EngineFailure(f"it reached the memory limit of {limit_mebibytes} MiB")
    out_of_memory = Reply(head={"error": encode_error(memory)}, retires=True)
    connection.sendall(pack_frame(json.dumps({"network_obstacle": obstacle}).encode()))
    incoming = connection.makefile("rb")
    while (frame := _next(incoming)) is not None:
        if frame.limit_seconds:
            # Its default action ends the process whatever the engine is doing.
            limit = frame.limit_seconds + _OWN_TIMER_GRACE_SECONDS
            signal.setitimer(signal.ITIMER_REAL, limit)
        reply = _answer(handler, frame, out_of_memory)
        head = json.dumps(reply.head).encode()
        connection.sendall(pack_frame(head, reply.body, retires=reply.retires))
        signal.setitimer(signal.ITIMER_REAL, 0)
        if reply.retires:
            break


def _next(connection: BinaryIO) -> Frame | None:
    """The next request; a process that rests takes no more memory than what it keeps."""
    poll = select.poll()  # takes any number of a file, select() only low ones
    poll.register(connection, select.POLLIN)
    if not poll.poll(_REST_SECONDS * 1000):
        give_memory_back()
    return read_frame(connection)


def _answer(handler: Handler, frame: Frame, out_of_memory: Reply) -> Reply:
    try:
        return handler(frame)
    except GfmdkgError as error:
        return Reply(head={"error": encode_error(error)})
    except MemoryError:
        return out_of_memory
    except BaseException as error:  # noqa: BLE001 - the boundary of the process; a panic of the engine is no Exception
        traceback.print_exc()
        failure = EngineFailure(f"{type(error).__name__}: {error}")
        return Reply(head={"error": encode_error(failure)}, retires=True)


def run() -> None:
    """The process's entry: requests until their sender goes away, were it in mid-sentence."""
    try:
        _main()
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)
