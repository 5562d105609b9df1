"""What a worker process takes from itself before it meets a stranger's query.

``LOAD`` and ``SERVICE`` are refused before a query is sent here; a network namespace
without any interface makes sure that they could not connect if one slipped through.
"""

import ctypes
import os
import resource
import signal
import sys

__all__ = ["confine"]

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_OPEN_FILES = 65536


def confine(*, memory_limit_bytes: int, parent: int) -> str | None:
    """Limit this process; why it could not leave the network, or ``None`` where it did.

    The address space is limited, a crash leaves no core dump, no program that is run gains
    rights, and the process is killed when ``parent``, its front, dies. Signals that a
    terminal or a service manager sends to the whole group are left to the front, which
    ends its workers itself once the running requests are done.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The engine sizes its table cache by this limit and refuses to open a store below a hundred.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    obstacle = "this system has no network namespaces"
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        obstacle = _leave_network(libc)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # After the namespace, because a change of credentials clears it.
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # the front died before the line above could know
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit_bytes, memory_limit_bytes))
    return obstacle or None


def _leave_network(libc: ctypes.CDLL) -> str:
    # A privileged process needs no user namespace, which would cost it its rights on files.
    for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            return ""
    return os.strerror(ctypes.get_errno())
