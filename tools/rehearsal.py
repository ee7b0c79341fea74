"""The steps of the Dockerfile, carried out in a folder, where there is no engine for containers.

    python -m tools.rehearsal FOLDER            # all of it: PyTorch too, minutes
    python -m tools.rehearsal FOLDER --seed .data   # models and index from there

The interpreter is one that everybody may run, where there is one: a person's own may not be.

The first stage's own commands run with their paths moved into FOLDER. Then what they made is
served, read-only, by a user without rights (where this runs as root), to the stand-in for Slack of
the tests: started, asked, stopped, started again. Prints the figures.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOBODY = 65534
PYTHON = next(p for p in (Path("/usr/bin/python3"), Path(sys.executable)) if p.exists())
SECONDS = 120
QUESTION = "Our parser in C takes untrusted input and crashes. Should we use Rust?"
_MOVED = re.compile(r"(?<![\w./-])/(opt|seed|src)(?=[/\s]|$)")


def main() -> None:
    parser = argparse.ArgumentParser(description="Rehearse the Dockerfile without Docker.")
    parser.add_argument("folder", type=Path, help="an empty folder, which is filled")
    parser.add_argument("--seed", type=Path, help="a data folder in place of the second venv's")
    chosen = parser.parse_args()
    place = chosen.folder.resolve()
    build(place, chosen.seed)
    tell("venv that serves", f"{size(place / 'opt/rust-or-not') / 2**20:.0f} MiB")
    tell("models and index", f"{size(place / 'seed') / 2**20:.0f} MiB")
    packages = sorted(
        p.name for p in (place / "opt/rust-or-not").glob("lib/*/site-packages/torch*")
    )
    tell("PyTorch in it", ", ".join(packages) or "none")
    serve(place)


def build(place: Path, seed: Path | None) -> None:
    """The first stage: what is copied, then what is run."""
    source = place / "src"
    source.mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt", "README.md"):
        shutil.copy(ROOT / name, source)
    for name in ("bot", "index", "knowledge"):
        ignored = shutil.ignore_patterns("__pycache__", "examples")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    serving, building = commands((ROOT / "Dockerfile").read_text())
    began = time.monotonic()
    run(place, serving)
    tell("first venv", f"{time.monotonic() - began:.0f} s")
    if seed is None:
        run(place, building)
    else:
        (place / "seed").mkdir()
        shutil.copytree(seed / "models", place / "seed/models")
        shutil.copytree(seed / "snapshots", place / "seed/snapshots")


def commands(dockerfile: str) -> list[str]:
    """What the first stage runs."""
    first = dockerfile.split("\nFROM ")[1]
    joined = first.replace("\\\n", " ")
    return [line.removeprefix("RUN ") for line in joined.splitlines() if line.startswith("RUN ")]


def run(place: Path, command: str) -> None:
    """One command of the Dockerfile, in here."""
    moved = _MOVED.sub(lambda found: f"{place}/{found.group(1)}", command)
    python = place / "bin" / "python"
    if not python.exists():
        python.parent.mkdir()
        python.symlink_to(PYTHON)
    subprocess.run(
        ["/bin/sh", "-ec", moved],
        cwd=place / "src",
        env={**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}"},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def serve(place: Path) -> None:
    """The second stage, twice, with the stand-in for Slack."""
    from bot.slack.manifest import load_manifest
    from tests.slack.stand_in import SlackStandIn

    data = place / "data"
    data.mkdir()
    if os.getuid() == 0:
        os.chown(data, NOBODY, NOBODY)
        place.chmod(0o755)
    with SlackStandIn(manifest=load_manifest().as_data()) as slack:
        for start in ("first start", "second start"):
            began = time.monotonic()
            with started(place, slack.env()) as process:
                slack.wait_connected(seconds=SECONDS)
                tell(start, f"{time.monotonic() - began:.1f} s until it listens to Slack")
                ada = slack.add_user("ada")
                asked = ada.mentions_bot(slack.add_channel("general", ada), QUESTION)
                slack.wait_for(lambda asked=asked: slack.replies(asked), SECONDS)
                with urllib.request.urlopen("http://127.0.0.1:3999/readyz", timeout=5) as ready:
                    assert ready.status == 200
                tell(
                    "memory", f"{resident(process.pid) / 2**20:.0f} MiB resident, one answer later"
                )
                process.send_signal(signal.SIGTERM)
                tell("exit code after SIGTERM", str(process.wait(SECONDS)))
        assert not slack.complaints, slack.complaints
    strangers = [path for path in written(place) if not path.is_relative_to(data)]
    tell("written outside of the data folder", ", ".join(map(str, strangers)) or "nothing")


@contextmanager
def started(place: Path, slack: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The image's entry point and command, without rights where this runs as root."""
    opt = place / "opt/rust-or-not"
    own = {
        "PATH": f"{opt / 'bin'}:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "RUST_OR_NOT_SEED": str(place / "seed"),
        "RUST_OR_NOT_DATA": str(place / "data"),
        **slack,
    }
    unprivileged = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if not os.getuid() else {}
    command = [str(ROOT / "deploy/start"), "rust-or-not", "serve", "--port", "3999"]
    with (place / "log").open("ab") as log:
        process = subprocess.Popen(
            command, env=own, cwd=place / "data", stderr=log, stdout=log, **unprivileged
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024


def size(folder: Path) -> int:
    """Bytes of all files in it."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def written(place: Path) -> list[Path]:
    """What the user without rights made."""
    return [path for path in place.rglob("*") if path.lstat().st_uid == NOBODY]


def tell(what: str, figure: str) -> None:
    print(f"{what}: {figure}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
