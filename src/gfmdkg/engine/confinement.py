"""What a child process takes from itself before it meets a stranger's query or document.

``LOAD`` and ``SERVICE`` are refused before a query is sent to the engine; that it cannot open a
connection makes sure that none is opened if one slipped through. A Python process is put into a
network namespace without any interface. The engine's server has to be spoken to, so it keeps
the network and loses the system call ``connect`` by a seccomp filter.

Run as a program, this becomes the engine's server: ``confinement.py LIMIT PARENT COMMAND…``. It
imports nothing of ours, so that Python starts in a hundredth of a second.
"""

import ctypes
import os
import resource
import signal
import struct
import sys

__all__ = ["OBSTACLE", "confine"]

OBSTACLE = "gfmdkg: the network stays open: "
"""How the line on standard error begins that says why ``connect`` could not be forbidden."""

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_OPEN_FILES = 65536

# Audit number of the architecture, and its number of the call connect().
_CONNECT = {"x86_64": (0xC000003E, 42), "aarch64": (0xC00000B7, 203)}
# The few operations of the filter's machine that are needed, and what it may return.
_LOAD_WORD, _JUMP_IF_EQUAL, _JUMP_IF_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the latter: EPERM
# On x86_64 the numbers of the x32 interface have this bit.
_X32 = 0x40000000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def confine(*, memory_limit_bytes: int, parent: int, keeps_network: bool = False) -> str | None:
    """Limit this process; why connections cannot be kept from it, or ``None`` where they are.

    The address space is limited, a crash leaves no core dump, no program that is run gains
    rights, and the process is killed when ``parent`` dies. Signals that a terminal or a service
    manager sends to the whole group are left to the parent, which ends its children itself once
    the running requests are done.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The engine sizes its table cache by this limit and refuses to open a store below a hundred.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    obstacle = "this system is no Linux"
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if not keeps_network:
            obstacle = _leave_network(libc)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if keeps_network:
            obstacle = _forbid_connections(libc)
        # After the namespace, because a change of credentials clears it.
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # the parent died before the line above could know
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))
    return obstacle or None


def _leave_network(libc: ctypes.CDLL) -> str:
    # A privileged process needs no user namespace, which would cost it its rights on files.
    for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            return ""
    return os.strerror(ctypes.get_errno())


def _forbid_connections(libc: ctypes.CDLL) -> str:
    architecture = os.uname().machine
    if architecture not in _CONNECT:
        return f"no filter is known for {architecture}"
    audit, connect = _CONNECT[architecture]
    instructions = (
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_IF_EQUAL, 0, 3, audit),
        (_LOAD_WORD, 0, 0, _NUMBER_OFFSET),
        (_JUMP_IF_SET, 1, 0, _X32),
        (_JUMP_IF_EQUAL, 0, 1, connect),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(code)
    program = _Program(len(instructions), ctypes.cast(buffer, ctypes.c_void_p))
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0:
        return ""
    return os.strerror(ctypes.get_errno())


def _main(limit: str, parent: str, *command: str) -> None:
    obstacle = confine(memory_limit_bytes=int(limit), parent=int(parent), keeps_network=True)
    if obstacle is not None:
        print(f"{OBSTACLE}{obstacle}", file=sys.stderr, flush=True)  # noqa: T201 - its owner reads it
    os.execv(command[0], command)  # noqa: S606 - the engine, whose path our process gave


if __name__ == "__main__":
    _main(*sys.argv[1:])
