"""The command of the unit and of the image, and the nginx example, are really run."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import http.server
import json
import os
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.settings import CREDENTIAL
from bot.store.store import Store
from knowledge import ROOT as KNOWLEDGE
from knowledge.compiled import BESIDE, CACHE_VARIABLE, cache_folders, fingerprint
from tests import recipe
from tests.botapi import TOKEN, BotApi
from tests.deploy.test_deploy import LEAST_STOP, ROOT, read, tool, unit
from tests.patience import PATIENCE
from tests.ports import free_port

QUESTION = "首次认定的高企补贴多少"
ANSWER = "20万元"


async def answers(
    server: BotApi,
    process: subprocess.Popen[bytes],
    log: Path,
    status: int,
    healthy: Callable[[], bool] = lambda: True,
) -> None:
    """The process answers a question, is healthy (by ``healthy``, too), counts, and ends in time with code 0."""
    try:
        alice = server.person("Alice")
        server.say(server.private(alice), alice, QUESTION)
        await server.until(
            lambda: process.poll() is not None or any(ANSWER in sent.text for sent in server.sent), "an answer"
        )
        assert process.poll() is None, log.read_text(errors="replace")
        health = json.loads(await asyncio.to_thread(fetch, f"http://127.0.0.1:{status}/healthz"))
        assert (health["status"], health["base_loaded"]) == ("ok", True)
        assert await asyncio.to_thread(healthy)
        page = await asyncio.to_thread(fetch, f"http://127.0.0.1:{status}/metrics")
        assert "policybot_last_contact_timestamp_seconds 1" in page
        began = time.monotonic()
        process.terminate()
        assert await asyncio.to_thread(process.wait, LEAST_STOP) == 0, log.read_text(errors="replace")
        assert time.monotonic() - began < LEAST_STOP
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    text = log.read_text(errors="replace")
    assert "Traceback" not in text
    assert TOKEN not in text


def fetch(url: str) -> str:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
    return body.decode()


def start(command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(
            command, env=dict(environment), cwd=cwd, stdout=file, stderr=file, stdin=subprocess.DEVNULL
        )


# -- the systemd unit ----------------------------------------------------------------------------------------------


def as_systemd_does(root: Path) -> tuple[list[str], dict[str, str]]:
    """The unit's command and environment, with the folders that systemd would make."""
    keys = unit()
    folders = {"%S": root / "state", "%C": root / "cache"}
    for key, base in (("StateDirectory", "%S"), ("CacheDirectory", "%C")):
        (folders[base] / keys[key][0]).mkdir(parents=True)
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "STATE_DIRECTORY": f"{root}/state/policybot"}
    for value in keys["Environment"]:
        for pair in shlex.split(value):
            name, _, word = pair.partition("=")
            for mark, folder in folders.items():
                word = word.replace(mark, str(folder))
            environment[name] = word
    (credential,) = keys["LoadCredential"]
    secrets = root / "credentials"
    secrets.mkdir()
    (secrets / credential.partition(":")[0]).write_text(f"{TOKEN}\n")
    environment["CREDENTIALS_DIRECTORY"] = str(secrets)
    command = shlex.split(keys["ExecStart"][0])
    command[0] = str(Path(sys.executable).parent / Path(command[0]).name)
    return command, environment


async def test_the_units_command_answers_and_stops_in_time(tmp_path: Path) -> None:
    command, environment = as_systemd_does(tmp_path)
    seed(Path(environment[CACHE_VARIABLE]))
    status = free_port()
    async with BotApi() as server:
        environment |= {"TELEGRAM_API_URL": server.url, "POLICYBOT_STATUS_LISTEN": f"127.0.0.1:{status}"}
        process = start(command, environment, tmp_path / "log", tmp_path / "state" / "policybot")
        await answers(server, process, tmp_path / "log", status)
    assert (tmp_path / "state" / "policybot" / "policybot.db").is_file()


def test_the_units_command_names_what_is_missing(tmp_path: Path) -> None:
    command, environment = as_systemd_does(tmp_path)
    (tmp_path / "credentials" / CREDENTIAL).unlink()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "@BotFather" in done.stderr


async def test_the_backup_units_commands_back_up_and_delete_the_old_ones(tmp_path: Path) -> None:
    data, backups = tmp_path / "policybot", tmp_path / "policybot-backups"
    for folder in (data, backups):
        folder.mkdir()
    store = Store(f"sqlite:///{data / 'policybot.db'}")
    store.prepare()
    store.engine.dispose()
    old = backups / "policybot-2020-01-01.zip"
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    keys = unit("policybot-backup.service")
    program = str(Path(sys.executable).parent / "policybot")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    environment["STATE_DIRECTORY"] = f"{data}:{backups}"
    for line in (*keys["ExecStart"], *keys["ExecStartPost"]):
        line = (
            line.replace("%S", str(tmp_path)).replace("%%", "%").replace("/opt/policybot/.venv/bin/policybot", program)
        )
        subprocess.run(
            shlex.split(line), env=environment, cwd=backups, check=True, capture_output=True, timeout=PATIENCE
        )
    (made,) = backups.iterdir()
    assert made.name == time.strftime("policybot-%Y-%m-%d.zip")


def seed(folder: Path) -> None:
    """Put the stored form of the base there, where it was made before: compiling it takes ten seconds."""
    name = f"{fingerprint(KNOWLEDGE)}.form"
    for stored in (one / name for one in cache_folders()):
        if stored.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(stored, folder)
            return


# -- the image -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def built(compiled: bool) -> Iterator[recipe.Image]:
    """The image's files, in a folder that other users may enter."""
    root = Path(tempfile.mkdtemp(prefix="policybot-image-"))
    root.chmod(0o755)
    try:
        if compiled:
            seed(root / "opt" / "policybot" / "compiled")
        yield recipe.build(ROOT, root)
    finally:
        _writable(root, "u+w")
        shutil.rmtree(root, ignore_errors=True)


def without_rights(image: recipe.Image) -> list[str]:
    """What makes the command run as the image's user, who may write only the data; else the folders are locked."""
    setpriv = shutil.which("setpriv")
    user, _, group = image.user.partition(":")
    if os.geteuid() == 0 and setpriv:
        os.chown(image.root / "data", int(user), int(group))
        prefix = [
            setpriv,
            f"--reuid={user}",
            f"--regid={group}",
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set=-all",
        ]
        python = str(image.root / "opt/policybot/.venv/bin/python")
        if subprocess.run([*prefix, python, "-c", ""], capture_output=True, check=False).returncode == 0:
            return prefix
    _writable(image.root / "opt", "a-w")
    return []


def _writable(folder: Path, mode: str) -> None:
    """Folders only: the files are hard links of those that run this test."""
    subprocess.run(["find", str(folder), "-type", "d", "-exec", "chmod", mode, "{}", "+"], check=True)


async def check_image(image: recipe.Image) -> None:
    packages = next((image.root / "opt/policybot/.venv").glob("lib/python*/site-packages"))
    assert (packages / "telegram").is_dir()
    assert (packages / "opensearchpy").is_dir(), "the search cluster is a setting, not another image"
    for name in ("pytest", "mypy", "matplotlib", "pip"):
        assert not (packages / name).exists(), f"{name} is not needed to run"
    assert not (packages / "knowledge" / BESIDE).exists()
    before = sorted(path for path in (image.root / "opt").rglob("*"))
    prefix, status, log = without_rights(image), free_port(), image.root / "log"
    environment = {**image.environment, "TELEGRAM_BOT_TOKEN": TOKEN}
    environment["POLICYBOT_STATUS_LISTEN"] = f"0.0.0.0:{status}"
    environment["HOME"] = "/proc/nowhere"  # not even /tmp is needed
    health = [*prefix, *image.health]

    def healthy() -> bool:
        done = subprocess.run(health, env=environment, cwd="/", capture_output=True, check=False, timeout=PATIENCE)
        return done.returncode == 0

    assert not await asyncio.to_thread(healthy), "no bot, no health"
    async with BotApi() as server:
        environment["TELEGRAM_API_URL"] = server.url
        program = shutil.which(image.command[0], path=environment["PATH"])
        assert program is not None
        assert program.startswith(str(image.root))
        process = start([*prefix, program, *image.command[1:]], environment, log, image.root / "data")
        await answers(server, process, log, status, healthy)
    assert sorted(path for path in (image.root / "opt").rglob("*")) == before, "nothing is written but the data"
    assert (image.root / "data" / "policybot.db").is_file()


async def test_the_images_recipe_gives_a_bot_that_answers() -> None:
    with built(compiled=True) as image:
        await check_image(image)


@pytest.mark.slow
async def test_the_images_recipe_from_nothing() -> None:
    with built(compiled=False) as image:
        assert list((image.root / "opt/policybot/compiled").glob("*.form"))
        await check_image(image)


# -- nginx ---------------------------------------------------------------------------------------------------------


@dataclass
class Proxy:
    """nginx with the example, before a server that records."""

    port: int
    got: list[tuple[str, str, int]]
    """(path, secret header, bytes) of each request that came through."""

    def ask(self, method: str = "POST", path: str = "/telegram", body: bytes = b"{}") -> int:
        """The status; 0 when the connection was closed without an answer."""
        context = ssl._create_unverified_context()  # the certificate is made for the test
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)
        try:
            connection.request(method, path, body, {"X-Telegram-Bot-Api-Secret-Token": "s3cret"})
            return connection.getresponse().status
        except ConnectionResetError:
            return 0
        finally:
            connection.close()


@contextlib.contextmanager
def upstream(got: list[tuple[str, str, int]]) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            self.rfile.read(size)
            got.append((self.path, self.headers["X-Telegram-Bot-Api-Secret-Token"], size))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def nginx(folder: Path, allowed: str, behind: int, got: list[tuple[str, str, int]]) -> Iterator[Proxy]:
    """The example with free ports, a certificate of its own, and ``allowed`` in place of Telegram's first network."""
    program, port = tool("nginx"), free_port()
    wanted = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bot.example.cn"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([tool("openssl"), "req", *wanted, *files], check=True, capture_output=True)
    example = read("nginx.conf")
    for old, new in (
        ("/etc/ssl/policybot/", f"{folder}/"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("    listen [::]:443 ssl;\n", ""),
        ("server 127.0.0.1:8080;", f"server 127.0.0.1:{behind};"),
        ("allow 149.154.160.0/20;", f"allow {allowed};"),
    ):
        assert example.count(old) >= 1, old
        example = example.replace(old, new)
    (folder / "policybot.conf").write_text(example, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; worker_processes 1; pid {folder}/pid;\n"
        f"error_log {folder}/error.log; events {{ worker_connections 64; }}\n"
        f"http {{ access_log off;\n{paths}\ninclude {folder}/policybot.conf; }}\n"
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        proxy = Proxy(port, got)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                proxy.ask("GET", "/")
                break
            except OSError:
                assert time.monotonic() < end, (folder / "error.log").read_text()
                time.sleep(0.05)
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE)


def test_nginx_lets_telegram_through_to_its_path_and_nothing_else(tmp_path: Path) -> None:
    got: list[tuple[str, str, int]] = []
    with upstream(got) as behind, nginx(tmp_path, "127.0.0.0/8", behind, got) as proxy:
        assert proxy.ask() == 200
        assert got == [("/telegram", "s3cret", 2)]
        assert proxy.ask(body=b" " * 1_000_000) == 200
        assert proxy.ask(body=b" " * 1_100_000) in (413, 0)
        assert proxy.ask("GET") == 403
        for path in ("/", "/telegram/", "/telegramx", "/metrics", "/healthz"):
            assert proxy.ask(path=path) == 0, path
        assert len(got) == 2


def test_nginx_refuses_others_than_telegram(tmp_path: Path) -> None:
    got: list[tuple[str, str, int]] = []
    with upstream(got) as behind, nginx(tmp_path, "149.154.160.0/20", behind, got) as proxy:
        assert proxy.ask() == 403
    assert got == []


def test_nginx_has_telegram_come_again_while_the_bot_is_away(tmp_path: Path) -> None:
    with nginx(tmp_path, "127.0.0.0/8", free_port(), []) as proxy:
        assert proxy.ask() == 502
