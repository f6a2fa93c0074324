"""A throw-away PostgreSQL: the real server, in a temporary folder, on a free loopback port.

The binaries are those of the distribution's package (Debian and Ubuntu: postgresql). The server refuses to run as root,
so root runs it as the package's user `postgres`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE
from tests.ports import free_port

REQUIRED = "POLICYBOT_REQUIRE_POSTGRES"
"""Set to 1 where PostgreSQL must be there (CI): a missing one is then a failure and not a skip."""
USER = "postgres"


class NoPostgres(Exception):  # noqa: N818
    """It is not installed, or can't be run here; the text says why."""


def binaries() -> Path:
    """The folder of initdb and pg_ctl, the newest version first. Raises NoPostgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    path = shutil.which("pg_ctl")
    if path:
        return Path(path).parent
    raise NoPostgres("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/pg_ctl, none in PATH)")


def _prefix() -> list[str]:
    if os.geteuid() != 0:
        return []
    import pwd

    try:
        pwd.getpwnam(USER)
    except KeyError:
        raise NoPostgres(f"running as root, and there is no user {USER} to run PostgreSQL as") from None
    if shutil.which("runuser"):
        return ["runuser", "-u", USER, "--"]
    if shutil.which("setpriv"):
        return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups"]
    raise NoPostgres("running as root, and neither runuser nor setpriv is there")


class FailedError(Exception):
    """It was there, and could not be ended, or started again: no reason to skip anything."""


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    url: str
    """SQLAlchemy's, with a password."""
    restart: Callable[[], None]
    """Stop it as an operator would, which cuts all connections, and start it again."""
    crash: Callable[[], None]
    """kill -9 of the server and of all its processes, and start it again: it recovers from what it had committed."""


@contextlib.contextmanager
def throwaway() -> Iterator[str]:
    """Start a server; gives an SQLAlchemy URL (with a password) and takes all away afterwards. Raises NoPostgres."""
    with server() as running:
        yield running.url


@contextlib.contextmanager
def server() -> Iterator[Running]:
    """As throwaway; gives what can be restarted."""
    folder, prefix = binaries(), _prefix()
    root = Path(tempfile.mkdtemp(prefix="policybot-pg-"))
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}

    def run(*command: str) -> None:
        done = subprocess.run(
            [*prefix, *command], cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode:
            log = root / "log"
            text = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise FailedError(f"{Path(command[0]).name} failed: {done.stderr[-1000:]}{text}")

    password = secrets.token_urlsafe(12)
    try:
        (root / "password").write_text(password)
        if prefix:
            for path in (root, root / "password"):
                shutil.chown(path, USER, USER)
        data, port = root / "data", free_port()
        settings = f"-p {port} -k {root} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=50"
        control = str(folder / "pg_ctl")
        how = ("-D", str(data), "-l", str(root / "log"), "-o", settings, "-w", "-t", "60")
        try:
            run(
                *(str(folder / "initdb"), "-D", str(data), "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
                *("-A", "scram-sha-256", "--pwfile", str(root / "password")),
            )
            run(control, *how, "start")
        except FailedError as error:
            raise NoPostgres(str(error)) from error
        try:
            url = f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{port}/postgres"

            def crash() -> None:
                told = (root / "log").stat().st_size
                _kill(int((data / "postmaster.pid").read_text().split()[0]))
                for lock in (data / "postmaster.pid", *root.glob(".s.*.lock")):
                    lock.unlink()  # until somebody has seen to the dead one, which may be never, it counts as alive
                run(control, *how, "start")
                assert b"automatic recovery in progress" in (root / "log").read_bytes()[told:]

            yield Running(url, lambda: run(control, *how, "-m", "fast", "restart"), crash)
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _kill(server: int) -> None:
    """kill -9 of it and of all that it started; returns when all are gone."""
    os.kill(server, signal.SIGSTOP)  # so that it starts no more of them meanwhile
    family = [server, *_children(server)]
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while any(map(_runs, family)):
        assert time.monotonic() < end, family
        time.sleep(0.02)


def _children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def _runs(pid: int) -> bool:
    """Whether it is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def fresh_database(url: str) -> str:
    """A new, empty database on the same server; gives its URL."""
    import psycopg

    name = f"run_{secrets.token_hex(4)}"
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{url.rpartition('/')[0]}/{name}"
