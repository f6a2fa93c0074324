"""The example of nginx before the web, really run: what it lets through, and what it writes down."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.deploy.test_deploy import read, tool
from tests.deploy.test_deploy_runs import upstream
from tests.patience import PATIENCE
from tests.ports import free_port

TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _files(folder: Path, port: int, behind: int) -> Path:
    """A configuration that includes the example, with a certificate of its own."""
    wanted = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=zc.example.cn"]
    keys = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([tool("openssl"), "req", *wanted, *keys], check=True, capture_output=True)
    example = read("nginx-web.conf")
    for old, new in (
        ("/etc/ssl/policybot/", f"{folder}/"),
        ("/var/log/policybot-web/", f"{folder}/"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("    listen [::]:443 ssl;\n", ""),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{behind};"),
    ):
        assert example.count(old) >= 1, old
        example = example.replace(old, new)
    (folder / "policybot.conf").write_text(example, encoding="utf-8")
    paths = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; worker_processes 1; pid {folder}/pid;\n"
        f"error_log {folder}/error.log; events {{ worker_connections 64; }}\n"
        f"http {{\n{paths}\ninclude {folder}/policybot.conf; }}\n"
    )
    return folder / "nginx.conf"


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def nginx(folder: Path, behind: int) -> Iterator[int]:
    """Its port."""
    program, port = tool("nginx"), free_port()
    command = [program, "-p", str(folder), "-c", str(_files(folder, port, behind)), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while not _listens(port):
            assert time.monotonic() < end, (folder / "error.log").read_text()
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _sent(port: int, path: str, size: int) -> int:
    """The status; 0 when the connection was closed without an answer."""
    context = ssl._create_unverified_context()  # the certificate is made for the test
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=context)
    try:
        connection.request("POST", path, b" " * size)
        return connection.getresponse().status
    except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
        return 0
    finally:
        connection.close()


def test_files_are_let_through_to_the_console_and_only_there(tmp_path: Path) -> None:
    got: list[tuple[str, str, int]] = []
    with upstream(got) as behind, nginx(tmp_path, behind) as port:
        for before in ("", "/policy"):
            assert _sent(port, f"{before}/console/documents/upload", 3_000_000) == 200
            assert _sent(port, f"{before}/console/documents/a/publish", 200_000) in (413, 0)
            assert _sent(port, f"{before}/console/documents/a/publish", 2_000) == 200
        assert _sent(port, "/console/documents/upload", 42 * 1024 * 1024) in (413, 0)
        assert _sent(port, "/", 200_000) in (413, 0)
        assert _sent(port, "/suggest?q=secret", 10) == 200
    assert [size for _, _, size in got] == [3_000_000, 2_000, 3_000_000, 2_000, 10]
    written = (tmp_path / "access.log").read_text()
    assert " POST /suggest 200 " in written
    assert "secret" not in written, "what people type is not in the log"


def test_the_log_is_kept_for_half_a_year() -> None:
    rules = read("logrotate-web")
    kept = re.search(r"^\s+daily$(?s:.*?)^\s+rotate (\d+)$", rules, re.MULTILINE)
    assert kept is not None
    assert int(kept[1]) >= 180
    assert "/var/log/policybot-web/access.log {" in rules
    assert "access_log /var/log/policybot-web/access.log" in read("nginx-web.conf")
