"""`policybot web` as people run it: killed, restarted, on PostgreSQL, from a wheel, under schemathesis."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar
from selectolax.lexbor import LexborHTMLParser

from tests.patience import PATIENCE
from tests.web.process import ROOT, Served

QUESTIONS = ("首次认定的高企补贴多少", "谁负责", "文件还有效吗", "市科技局负责哪些", "三(二)")


def test_it_starts_stops_and_keeps_its_data_to_itself(tmp_path: Path) -> None:
    with Served(tmp_path) as served:
        assert served.address.startswith("http://127.0.0.1:")
        assert served.stop() == 0
    assert (tmp_path / "policybot.db").stat().st_mode & 0o077 == 0


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with Served(tmp_path) as served:
        command = [sys.executable, "-m", "bot.cli", "web", "--listen", served.address.rpartition("/")[2]]
        done = subprocess.run(
            command, cwd=ROOT, env=served._environment, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 1
        assert "不能监听" in done.stderr


class Person:
    """Asks on the page, sends a form again when the connection broke, and counts what became of each question."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True), timeout=ClientTimeout(total=20))
        self.accepted: list[str] = []
        """Questions that the server said it had."""

    async def ask(self, text: str) -> None:
        with contextlib.suppress(ClientError, TimeoutError, ConnectionError):
            async with self.session.post(f"{self.served.address}/", data={"text": text}) as response:
                if response.status == 200:
                    await response.text()
                    self.accepted.append(text)

    async def shown(self) -> list[tuple[bool, str]]:
        async with self.session.get(f"{self.served.address}/") as response:
            page = LexborHTMLParser(await response.text())
        return [("asked" in (li.attributes["class"] or ""), li.text()) for li in page.css("#log > li[data-id]")]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_what_was_accepted_is_answered_whatever_is_killed(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    """Killed again and again under load: what was answered stays, what was not is answered or was refused."""
    more = {"POLICYBOT_DATABASE": request.getfixturevalue("postgres_url")} if database == "postgres" else {}
    with Served(tmp_path, **more) as served:
        asyncio.run(_kills(served))


async def _kills(served: Served) -> None:
    people = [Person(served) for _ in range(8)]
    for person in people:
        await person.ask("文件还有效吗")  # so that each has a cookie
    stop = asyncio.Event()

    async def keep_asking(person: Person, number: int) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            await person.ask(f"{QUESTIONS[n % len(QUESTIONS)]} {number}-{n}")
            await asyncio.sleep(0.01)

    asking = [asyncio.create_task(keep_asking(person, n)) for n, person in enumerate(people)]
    for _ in range(3):
        await asyncio.sleep(1.5)
        await asyncio.to_thread(served.kill)
        await asyncio.to_thread(served.start)
    stop.set()
    await asyncio.gather(*asking)
    for person in people:
        await _all_answered(person)  # what was journalled is answered after the start
        shown = await person.shown()
        kept = [text for asked, text in shown if asked]
        for text in person.accepted[-60:]:
            assert any(text in one for one in kept), f"{text} was answered, and is gone"
        for (asked, text), (following, _) in zip(shown, [*shown[1:], (False, "")], strict=True):
            assert not (asked and following), f"{text} has no answer"
        assert person.accepted
        assert not shown[-1][0], f"{shown[-1][1]} has no answer"
        await person.session.close()


async def _all_answered(person: Person) -> None:
    """Wait until the last question has its answer; they are answered in their order."""
    end = time.monotonic() + PATIENCE
    while (shown := await person.shown()) and shown[-1][0] and time.monotonic() < end:
        await asyncio.sleep(0.1)


def test_the_api_is_what_its_contract_says(tmp_path: Path) -> None:
    tool = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert tool is not None, "schemathesis is a part of the development tools"
    with Served(tmp_path) as served:
        command = [tool, "run", f"{served.address}/openapi.json", "--max-examples", "20", "-c", "all", "--seed", "7"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        assert '"level": "ERROR"' not in served.log.read_text()


def test_everything_that_pages_need_is_in_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    home = ROOT / "bot" / "channels" / "web"
    needed = {p.relative_to(ROOT).as_posix() for p in home.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert {"bot/channels/web/openapi.json", "bot/channels/web/templates/talk.html"} <= needed
    assert needed <= packed


def test_keys_are_made_listed_and_taken_back(tmp_path: Path) -> None:
    served = Served(tmp_path)

    def keys(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot.cli", "keys", *words]
        return subprocess.run(
            command, cwd=ROOT, env=served._environment, capture_output=True, text=True, timeout=PATIENCE
        )

    made = keys("add", "政务服务网", "--scopes", "ask,read")
    assert made.returncode == 0, made.stderr
    text = made.stdout.split("\n")[1]
    one = text.split("_")[1]
    assert text.encode() not in b"".join(p.read_bytes() for p in tmp_path.glob("policybot.db*"))
    assert "政务服务网  ask read" in keys("list").stdout
    assert keys("revoke", one).returncode == 0
    assert "已收回" in keys("list").stdout
    assert keys("revoke", one).returncode != 0
    assert "admin" in keys("add", "x", "--scopes", "admin").stderr


def test_accounts_are_made_listed_and_ended(tmp_path: Path) -> None:
    served = Served(tmp_path)

    def staff(*words: str, password: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot.cli", "staff", *words]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=served._environment,
            input=f"{password}\n",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    add = ("add", "老李", "--role", "admin", "--password-stdin")
    assert "至少要 10 个" in staff(*add, password="short").stderr
    made = staff(*add, password="a good password 1")
    assert made.returncode == 0, made.stderr
    assert b"a good password 1" not in b"".join(p.read_bytes() for p in tmp_path.glob("policybot.db*"))
    assert "老李  admin" in staff("list").stdout
    assert "king" in staff("add", "x", "--role", "king", "--password-stdin", password="a good password 1").stderr
    assert staff("end", "老李").returncode == 0
    assert "已停用" in staff("list").stdout
    assert staff("end", "老李").returncode != 0
