"""A throw-away OpenSearch cluster on loopback: one JVM a node, started and ended by process id.

The server comes from Maven (pom.xml) once and stays in the temporary folder. It refuses to run as root, so root runs it
as nobody.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ports import free_ports

REQUIRED = "POLICYBOT_REQUIRE_CLUSTER"
"""Set to 1 where the cluster must be there (CI): a missing one is then a failure and not a skip."""
VERSION = "2.19.6"
JAVA = 17
NOBODY = 65534
START = 180.0
"""Seconds that a start may take on a machine that is busy."""
STOP = 20.0


class NoCluster(Exception):  # noqa: N818
    """There can be none here; the text says why."""


def unpacked() -> Path:
    """The server's folder, fetched where it isn't there. Raises NoCluster."""
    home = Path(tempfile.gettempdir()) / f"policybot-opensearch-{os.geteuid()}"
    server = home / f"opensearch-{VERSION}"
    if (home / "whole").exists():
        return server
    maven = shutil.which("mvn")
    if maven is None:
        raise NoCluster("there is no mvn, which would fetch OpenSearch")
    with tempfile.TemporaryDirectory() as project:
        shutil.copy(Path(__file__).with_name("pom.xml"), project)
        command = [maven, "-B", "-q", "process-resources", f"-Dunpacked={home}", f"-Dopensearch={VERSION}"]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise NoCluster(f"mvn could not fetch OpenSearch: {(done.stdout + done.stderr).strip()[-500:]}")
    for folder in (home, *home.rglob("*")):
        folder.chmod(0o755 if folder.is_dir() else 0o644)
    (home / "whole").touch()
    return server


def java() -> str:
    """Of JAVA_HOME or PATH. Raises NoCluster."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(f"{home}/bin/java") if home else shutil.which("java")
    if found is None:
        raise NoCluster("there is no java")
    told = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    major = told.partition('"')[2].partition(".")[0].partition('"')[0]
    if not major.isdigit() or int(major) < JAVA:
        raise NoCluster(f"java is {major or 'of an unknown version'}; OpenSearch {VERSION} needs {JAVA}")
    return found


@dataclass
class Node:
    """One server."""

    name: str
    folder: Path
    port: int
    transport: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether its process is."""
        return self.process is not None and self.process.poll() is None

    @property
    def memory(self) -> float:
        """MB that its process holds."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    @property
    def processor(self) -> float:
        """Seconds of a processor that it has used."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Nodes:
    """The cluster."""

    server: Path
    java: str
    heap: str
    nodes: list[Node] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        """Of all, the dead ones too."""
        return [node.url for node in self.nodes]

    def kill(self, *which: int, by: signal.Signals = signal.SIGKILL) -> None:
        """End some nodes at once, without a warning."""
        for n in which:
            process = self.nodes[n].process
            assert process is not None
            process.send_signal(by)
        for n in which:
            process = self.nodes[n].process
            assert process is not None
            process.wait(STOP)

    def boot(self, *which: int) -> None:
        """Start some nodes, and wait until all that live know one another."""
        for n in which:
            self._start(self.nodes[n])
        living = [node for node in self.nodes if node.alive]
        self.until(lambda: all(_health(node).get("number_of_nodes") == len(living) for node in living))

    def until_green(self) -> None:
        """Wait until every copy of every index is in its place, on all nodes that live."""
        living = [node for node in self.nodes if node.alive]
        wanted = {"status": "green", "number_of_nodes": len(living), "relocating_shards": 0}
        self.until(lambda: wanted.items() <= _health(living[0]).items(), "/_cluster/allocation/explain")

    def until(self, true: Callable[[], object], why: str = "/_cluster/health") -> None:
        """Wait for something; fails when a node ends meanwhile, or it takes too long. ``why``: page that may tell."""
        end = time.monotonic() + START
        while not true():
            ended = [node for node in self.nodes if node.process is not None and node.process.returncode not in _KILLED]
            assert not ended, [_log(node) for node in ended]
            living = [node for node in self.nodes if node.alive]
            assert time.monotonic() < end, [(_asked(node, "/_cluster/health"), _asked(node, why)) for node in living]
            time.sleep(0.1)

    def mend(self) -> None:
        """Start what was killed, and wait until all is in its place again."""
        for n in [n for n, node in enumerate(self.nodes) if not node.alive]:
            self.boot(n)

    def _start(self, node: Node) -> None:
        runs_as: dict[str, Any] = {}
        if os.geteuid() == 0:
            for path in (node.folder, *node.folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            runs_as = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        with (node.folder / "logs" / "console.log").open("ab") as told:
            node.process = subprocess.Popen(
                _command(self, node),
                cwd=node.folder,
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(node.folder)},
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
                **runs_as,
            )


_KILLED = (None, -signal.SIGKILL, -signal.SIGTERM, 143)


@contextlib.contextmanager
def cluster(count: int = 3, heap: str = "256m") -> Iterator[Nodes]:
    """Nodes that know one another; they and what they wrote are gone afterwards. Raises NoCluster."""
    found = Nodes(unpacked(), java(), heap)
    root = Path(tempfile.mkdtemp(prefix="policybot-os-"))
    root.chmod(0o755)
    ports = free_ports(2 * count)
    for n in range(count):
        found.nodes.append(Node(f"n{n + 1}", root / f"n{n + 1}", ports[2 * n], ports[2 * n + 1]))
    try:
        for node in found.nodes:
            _write(node, found.nodes)
        found.boot(*range(count))
        yield found
    finally:
        for node in found.nodes:
            if node.alive and node.process is not None:
                node.process.kill()
                node.process.wait(STOP)
        shutil.rmtree(root, ignore_errors=True)


def _write(node: Node, nodes: list[Node]) -> None:
    """Its settings: a node that is gone is noticed soon, disks that are full of other things are no trouble."""
    for name in ("config", "data", "logs", "tmp"):
        (node.folder / name).mkdir(parents=True)
    settings = {
        "cluster.name": "policybot-test",
        "node.name": node.name,
        "node.processors": 2,
        "path.data": str(node.folder / "data"),
        "path.logs": str(node.folder / "logs"),
        "network.host": "127.0.0.1",
        "http.port": node.port,
        "transport.port": node.transport,
        "discovery.seed_hosts": [f"127.0.0.1:{one.transport}" for one in nodes],
        "cluster.initial_cluster_manager_nodes": [one.name for one in nodes],
        "action.auto_create_index": False,
        "cluster.routing.allocation.disk.threshold_enabled": False,
        "cluster.fault_detection.follower_check.interval": "500ms",
        "cluster.fault_detection.follower_check.timeout": "2s",
        "cluster.fault_detection.leader_check.interval": "500ms",
        "cluster.fault_detection.leader_check.timeout": "2s",
        # copies whose message was lost with a node are given up after seconds, not after half an hour
        "indices.recovery.internal_action_timeout": "10s",
        "indices.recovery.internal_action_long_timeout": "20s",
        "indices.recovery.recovery_activity_timeout": "20s",
    }
    lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items())
    (node.folder / "config" / "opensearch.yml").write_text(lines)
    (node.folder / "config" / "log4j2.properties").write_text(
        "appender.file.type = File\nappender.file.name = file\n"
        "appender.file.fileName = ${sys:opensearch.logs.base_path}${sys:file.separator}server.log\n"
        "appender.file.layout.type = PatternLayout\nappender.file.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n\n"
        "rootLogger.level = info\nrootLogger.appenderRef.file.ref = file\n"
    )


def _command(nodes: Nodes, node: Node) -> list[str]:
    """The server's main class, as its own script starts it, without the JVMs that the script starts for itself."""
    properties = {
        "java.io.tmpdir": node.folder / "tmp",
        "java.awt.headless": "true",
        "file.encoding": "UTF-8",
        "java.locale.providers": "SPI,COMPAT",
        "java.util.concurrent.ForkJoinPool.common.threadFactory": (
            "org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory"
        ),
        "jna.nosys": "true",
        "io.netty.noUnsafe": "true",
        "log4j.shutdownHookEnabled": "false",
        "log4j2.disable.jmx": "true",
        "opensearch.path.home": nodes.server,
        "opensearch.path.conf": node.folder / "config",
        "opensearch.distribution.type": "zip",
        "opensearch.bundled_jdk": "false",
    }
    return [
        nodes.java,
        *(f"-Xms{nodes.heap}", f"-Xmx{nodes.heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        *(f"-D{name}={value}" for name, value in properties.items()),
        *("-cp", f"{nodes.server}/lib/*", "org.opensearch.bootstrap.OpenSearch"),
    ]


def _health(node: Node) -> dict[str, Any]:
    return _asked(node, "/_cluster/health")


def _asked(node: Node, page: str) -> dict[str, Any]:
    """What it says; nothing while it can't be asked."""
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(node.url + page, timeout=5) as answer:
            return json.load(answer)  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return {}


def _log(node: Node) -> str:
    logs = [node.folder / "logs" / name for name in ("console.log", "server.log")]
    return node.name + ": " + " ".join(log.read_text(errors="replace")[-1500:] for log in logs if log.exists())
