"""Why a worker process ended, in words that help whoever sent the request."""

import signal

__all__ = ["describe_death"]

_MEMORY_SIGNS = (
    "memory allocation of",
    "bad_alloc",
    "MemoryError",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
)


def describe_death(code: int, last_words: str, memory_limit_bytes: int) -> str:
    """The cause, from the process's exit code (negative: a signal) and its standard error."""
    if any(sign in last_words for sign in _MEMORY_SIGNS):
        return f"it reached the memory limit of {memory_limit_bytes >> 20} MiB"
    if "overflowed its stack" in last_words:
        return "the query is nested too deeply for the engine's stack"
    final = last_words.strip().rpartition("\n")[2].strip()
    words = f": {final}" if final else ""
    if code >= 0:
        return f"the worker ended with exit code {code}{words}"
    name = signal.Signals(-code).name
    if -code == signal.SIGKILL:
        return f"the worker was killed from outside ({name})"
    return f"the worker crashed ({name}){words}"
