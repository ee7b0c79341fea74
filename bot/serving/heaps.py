"""How many heaps glibc keeps for the threads of this process."""

from __future__ import annotations

import ctypes
import os

_M_ARENA_MAX = -8
"""From malloc.h."""
_MOST = 2


def few_heaps() -> bool:
    """Let all threads share two heaps; whether that was so wished and could be.

    glibc gives each new thread a heap of its own, up to eight for each processor, and what the
    models needed there for a moment stays in it. Of some hundred threads here nearly all wait, so
    that hardly two want memory at once. Nothing is changed where the environment says how many,
    or by another C library. See mallopt(3); to be called before threads are started.
    """
    set_outside = os.environ.keys() & {"MALLOC_ARENA_MAX", "GLIBC_TUNABLES"}
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_outside or mallopt is None:
        return False
    return bool(mallopt(_M_ARENA_MAX, _MOST))
