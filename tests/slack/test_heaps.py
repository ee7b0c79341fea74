"""The heaps of a process that serves, as the C library tells of them."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_HEAPS = """
import ctypes, sys, threading
from bot.serving.heaps import few_heaps
done, libc = few_heaps(), ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
together = threading.Barrier(8)
def allocate():
    together.wait()
    libc.malloc(100_000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
out = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, out)
libc.fclose(out)
print(done)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
@pytest.mark.parametrize(("chosen", "heaps"), [(None, 2), ("5", 5)])
def test_threads_share_two_heaps_unless_the_environment_says_otherwise(
    chosen: str | None, heaps: int, tmp_path: Path
) -> None:
    ours = {"MALLOC_ARENA_MAX", "GLIBC_TUNABLES"}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    if chosen:
        env["MALLOC_ARENA_MAX"] = chosen
    done = subprocess.run(
        [sys.executable, "-c", _HEAPS, str(tmp_path / "info")],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == str(chosen is None)
    assert (tmp_path / "info").read_text().count("<heap nr=") == heaps
