"""Memory that Python has freed, given back to the system."""

import ctypes
import gc

__all__ = ["give_memory_back"]


def give_memory_back() -> None:
    """Give back what is free, were it in the midst of what is not.

    Python and the allocator of glibc keep that for what may come, which after building an index
    is several times what the index takes. An allocator without ``malloc_trim`` keeps it still.
    Takes some ten milliseconds.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
