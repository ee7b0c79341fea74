"""What durable work itself costs: jobs of three small steps that do nothing, on SQLite.

python -m bench.work_bench --jobs 1000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LANES = 50
BODY = "x" * 20_000
"""About as long as an answer that is kept."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=1000)
    jobs = parser.parse_args().jobs
    import slack_bolt  # noqa: F401 (serving has these two anyway)
    import sqlalchemy  # noqa: F401

    before = _resident()
    begun = time.perf_counter()
    from bot.durable.job import Job, Run
    from bot.durable.work import DurableWork

    print(f"import: {time.perf_counter() - begun:.2f} s, {_resident() - before} MiB")
    left, done = [jobs], threading.Event()
    lock = threading.Lock()

    def act(run: Run, body: str) -> None:
        run.step("consult", lambda: body)
        run.step("keep", lambda: "")
        run.step("post", lambda: "")
        with lock:
            left[0] -= 1
            if not left[0]:
                done.set()

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(32) as pool:
        work = DurableWork()
        work.open(f"sqlite:///{Path(folder) / 'work.db'}", act)
        begun, used = time.perf_counter(), time.process_time()
        new = (Job(f"{n}", "ada", f"{n % LANES}", 1 + n, BODY) for n in range(jobs))
        assert all(pool.map(work.put, new))
        put = time.perf_counter() - begun
        done.wait()
        took, used = time.perf_counter() - begun, time.process_time() - used
        begun = time.process_time()
        time.sleep(5)
        idle = (time.process_time() - begun) / 5
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        work.close(5)
    print(f"put: {jobs / put:.0f} a second, each on the disk")
    print(f"done: {jobs / took:.0f} a second, processor time {1000 * used / jobs:.1f} ms each")
    print(f"idle: {idle:.1%} of a processor; on the disk {size / jobs / 1024:.0f} KiB each")


def _resident() -> int:
    """MiB of this process, on Linux or macOS."""
    asked = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    return int(subprocess.run(asked, capture_output=True, check=True).stdout) // 1024


if __name__ == "__main__":
    sys.exit(main())
