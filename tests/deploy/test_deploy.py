"""What is in deploy/ is well formed, agrees with the program, and is described for operators."""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

import bot.cli
from bot import settings as general
from bot.channels.telegram import settings as telegram
from bot.channels.telegram.settings import CREDENTIAL
from bot.hosting import messengers
from bot.messaging.core import DRAIN
from bot.operations.metrics import Metrics
from bot.store.keys import Delivery
from bot.store.store import Change, Received, Store
from knowledge.compiled import CACHE_VARIABLE
from tests.cluster.server import VERSION as OPENSEARCH
from tests.patience import PATIENCE
from tests.recipe import instructions

VARIABLES = general.VARIABLES | telegram.VARIABLES | messengers.VARIABLES
ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
LEAST_STOP = DRAIN + 5.0 + 5.0
"""Seconds: the drain, the farewell and the closing of the listeners."""
MANIFESTS = ("polling", "webhook")
"""Those of one process."""
PROMETHEUS = DEPLOY / "prometheus"


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def tool(name: str) -> str:
    """The program, or a skip that says what is missing."""
    path = shutil.which(name) or shutil.which(name, path=f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def run(*command: str, cwd: Path = DEPLOY) -> str:
    """What it printed; the test fails when it failed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def seconds(text: str) -> float:
    """45, 45s or 1m."""
    number, unit = re.fullmatch(r"(\d+)(s|m|)", str(text)).groups()  # type: ignore[union-attr]
    return float(number) * (60 if unit == "m" else 1)


# -- the image and compose -----------------------------------------------------------------------------------------


def test_the_dockerfile_has_no_faults() -> None:
    assert run(tool("hadolint"), "--failure-threshold", "style", "Dockerfile") == ""


def test_the_image_is_built_from_the_lock_and_runs_without_rights() -> None:
    steps = instructions(read("Dockerfile"))
    assert [name for name, _ in steps].count("FROM") == 2
    assert all("slim" in rest or "${PYTHON}" in rest for name, rest in steps if name == "FROM")
    assert any("--require-hashes -r constraints.txt" in rest for name, rest in steps if name == "RUN")
    assert dict(steps)["USER"] == "10001:10001"
    assert dict(steps)["VOLUME"] == "/data"
    assert "/healthz" in dict(steps)["HEALTHCHECK"]


def test_nothing_but_the_sources_goes_to_the_engine() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    passed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        word
        for name, rest in instructions(read("Dockerfile"))
        if name == "COPY" and "--from" not in rest
        for word in rest.split()[:-1]
    }
    assert passed == copied


@functools.cache
def compose() -> dict[str, Any]:
    return yaml.safe_load(read("compose.yaml"))  # type: ignore[no-any-return]


def test_compose_gives_the_bot_no_more_than_it_needs() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    service = compose()["services"]["bot"]
    assert seconds(service["stop_grace_period"]) > LEAST_STOP
    assert set(service["environment"]) <= set(VARIABLES)
    (secret,) = service["secrets"]
    assert service["environment"]["TELEGRAM_BOT_TOKEN_FILE"] == f"/run/secrets/{secret}"
    assert secret in compose()["secrets"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"]), "open to this machine only"
    assert compose()["services"]["postgres"]["profiles"] == ["postgres"]
    assert compose()["services"]["opensearch"]["profiles"] == ["search"]
    assert compose()["services"]["opensearch"]["image"].endswith(f":{OPENSEARCH}"), "what the tests run against"
    assert "pg_isready" in compose()["services"]["postgres"]["healthcheck"]["test"]


@pytest.mark.parametrize("profile", ["", "postgres", "search"])
def test_compose_can_be_read_by_docker(profile: str, tmp_path: Path) -> None:
    docker = tool("docker")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker has no compose plugin")
    shutil.copy(DEPLOY / "compose.yaml", tmp_path)
    shutil.copy(DEPLOY / "policybot.env", tmp_path / ".env")
    options = ["--profile", profile] if profile else []
    read_back = json.loads(run(docker, "compose", *options, "config", "--format", "json", cwd=tmp_path))
    assert set(read_back["services"]) == {"bot", *{"postgres": ["postgres"], "search": ["opensearch"]}.get(profile, [])}


# -- the systemd unit ----------------------------------------------------------------------------------------------


def unit(name: str = "policybot.service") -> dict[str, list[str]]:
    """The values of each key, in order."""
    values: dict[str, list[str]] = {}
    for line in read(name).splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values.setdefault(key, []).append(value)
    return values


def test_the_unit_says_what_the_program_needs() -> None:
    keys = unit()
    assert keys["ExecStart"] == ["/opt/policybot/.venv/bin/policybot telegram"]
    assert keys["LoadCredential"][0].partition(":")[0] == CREDENTIAL
    assert keys["Restart"] == ["on-failure"]
    assert seconds(keys["TimeoutStopSec"][0]) > LEAST_STOP
    assert any(value.startswith(f"{CACHE_VARIABLE}=") for value in keys["Environment"])


UNITS = ("policybot.service", "policybot-backup.service", "policybot-backup.timer")


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_no_fault_in_the_unit(name: str, tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    for one in UNITS:
        text = read(one).replace("/opt/policybot/.venv/bin/policybot", shutil.which("true") or "/bin/true")
        (tmp_path / one).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    # Faults of other units of this machine are told as well.
    ours = [line for line in done.stderr.splitlines() if "policybot" in line]
    assert ours == []


@pytest.mark.parametrize("name", ["policybot.service", "policybot-backup.service"])
def test_systemd_finds_the_unit_hardened(name: str) -> None:
    told = run(tool("systemd-analyze"), "security", "--offline=true", "--threshold=25", name)
    exposure = re.search(rf"exposure level for {re.escape(name)}: ([0-9.]+)", told)
    assert exposure is not None, told
    assert float(exposure[1]) < 2.5


def test_the_backup_is_of_the_bots_data_and_by_the_bots_user() -> None:
    keys = unit("policybot-backup.service")
    assert keys["StateDirectory"][0].split()[0] == unit()["StateDirectory"][0], "the first is where the data are"
    assert keys["User"] == ["policybot"]
    assert keys["EnvironmentFile"] == unit()["EnvironmentFile"]
    loosened = [k for k, v in unit().items() if k.startswith(("Protect", "Private", "Restrict")) and keys.get(k) != v]
    assert loosened == []


def test_the_environment_file_lists_every_setting_and_sets_none() -> None:
    lines = [line for line in read("policybot.env").splitlines() if line and not line.startswith("# ")]
    assert [line for line in lines if not line.startswith("#")] == [], "as it comes, it changes nothing"
    named = [line[1:].partition("=")[0] for line in lines]
    assert sorted(named) == sorted(VARIABLES)


# -- Kubernetes ----------------------------------------------------------------------------------------------------


def manifests(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(read(f"kubernetes/{name}.yaml")))


@pytest.mark.parametrize("name", [*MANIFESTS, "replicas"])
@pytest.mark.parametrize("version", ["1.29", "1.33"])
def test_kubernetes_knows_every_field(name: str, version: str) -> None:
    for document in manifests(name):
        kubernetes_validate.validate(document, version, strict=True)


def test_an_unknown_field_would_be_found() -> None:
    deployment = next(d for d in manifests("polling") if d["kind"] == "Deployment")
    deployment["spec"]["replica"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, "1.33", strict=True)


@pytest.mark.parametrize("name", MANIFESTS)
def test_kubernetes_runs_one_bot_without_rights(name: str) -> None:
    deployment = next(d for d in manifests(name) if d["kind"] == "Deployment")
    assert deployment["spec"]["replicas"] == 1
    assert deployment["spec"]["strategy"]["type"] == "Recreate"
    assert_without_rights(name, deployment)


def assert_without_rights(name: str, deployment: dict[str, Any]) -> None:
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["terminationGracePeriodSeconds"] > LEAST_STOP
    assert f"{pod['securityContext']['runAsUser']}:" in dict(instructions(read("Dockerfile")))["USER"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    own = container["securityContext"]
    assert (own["allowPrivilegeEscalation"], own["readOnlyRootFilesystem"]) == (False, True)
    assert own["capabilities"] == {"drop": ["ALL"]}
    settings = {one["name"]: one.get("value") for one in container["env"]}
    assert set(settings) <= set(VARIABLES)
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert settings["POLICYBOT_STATUS_LISTEN"] == f"0.0.0.0:{ports['status']}"
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/healthz", "port": "status"}
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert set(mounted) == {volume["name"] for volume in pod["volumes"]}
    assert settings["TELEGRAM_BOT_TOKEN_FILE"] == f"{mounted['token']}/telegram-bot-token"
    assert not any(d["kind"] == "Secret" for d in manifests(name)), "no secret stands in a file"


def test_the_ways_of_the_webhook_meet() -> None:
    kinds = {d["kind"]: d for d in manifests("webhook")}
    (container,) = kinds["Deployment"]["spec"]["template"]["spec"]["containers"]
    settings = {one["name"]: one.get("value") for one in container["env"]}
    rule = kinds["Ingress"]["spec"]["rules"][0]
    path = rule["http"]["paths"][0]
    assert settings["TELEGRAM_WEBHOOK_URL"] == f"https://{rule['host']}{path['path']}"
    assert path["pathType"] == "Exact"
    assert path["backend"]["service"]["name"] == kinds["Service"]["metadata"]["name"]
    assert path["backend"]["service"]["port"]["name"] == kinds["Service"]["spec"]["ports"][0]["name"]
    target = kinds["Service"]["spec"]["ports"][0]["targetPort"]
    assert {"name": target, "containerPort": int(settings["TELEGRAM_WEBHOOK_PORT"])} in container["ports"]
    labels = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert kinds["Service"]["spec"]["selector"].items() <= labels.items()
    nginx = read("nginx.conf")
    assert f"location = {path['path']} " in nginx
    assert f"server 127.0.0.1:{settings['TELEGRAM_WEBHOOK_PORT']};" in nginx
    networks = kinds["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/whitelist-source-range"]
    assert re.findall(r"allow (\S+);", nginx) == networks.split(",") == ["149.154.160.0/20", "91.108.4.0/22"]


# -- Prometheus and Grafana ----------------------------------------------------------------------------------------


def series() -> dict[str, set[str]]:
    """Every series that /metrics shows, with its labels."""
    found: dict[str, set[str]] = {"up": set()}
    for metric in vars(Metrics()).values():
        name, labels = getattr(metric, "_name", None), set(getattr(metric, "_labelnames", ()))
        if name is None:
            continue
        endings = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}[metric._type]
        for ending in endings:
            found[name + ending] = labels | ({"le"} if ending == "_bucket" else set())
    return found


def alerts() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(read("prometheus/alerts.yaml"))["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    return json.loads(read("grafana/dashboard.json"))  # type: ignore[no-any-return]


def drawn() -> Iterator[str]:
    """The expressions of the dashboard."""
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def unknown(expression: str) -> list[str]:
    """Series and labels of an expression that the bot does not have."""
    known, wrong = series(), []
    for name, selector in re.findall(r"\b(policybot_\w+|up)\b(\{[^}]*\})?", re.sub(r'"[^"]*"', '""', expression)):
        if name not in known:
            wrong.append(name)
            continue
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector):
            if label not in known[name] | {"job", "instance"}:
                wrong.append(f"{name}{{{label}}}")
    return wrong


def test_unknown_series_and_labels_are_found() -> None:
    assert unknown('rate(policybot_questions_total{outcome="none"}[5m])') == []
    assert unknown('policybot_questions + policybot_journal_depth{kind="new"}') == [
        "policybot_questions",
        "policybot_journal_depth{kind}",
    ]


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_every_alert_asks_for_what_is_measured_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert unknown(rule["expr"]) == []
    assert "policybot" in rule["expr"]
    headings = re.findall(r"^#+ (.*)$", read("OPERATING.md"), re.MULTILINE)
    wanted = re.findall("「(.*?)」", rule["annotations"]["runbook"])
    assert wanted
    for words in wanted:
        assert any(words in heading for heading in headings), words


def test_the_dashboard_asks_for_what_is_measured_and_shows_all_of_it() -> None:
    expressions = list(drawn())
    assert [wrong for expression in expressions for wrong in unknown(expression)] == []
    shown = " ".join(expressions)
    assert [name for name in series() if name not in shown] == []
    identifiers = [panel["id"] for panel in dashboard()["panels"]]
    assert len(set(identifiers)) == len(identifiers)
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, f"{panel['title']} lies on another panel"
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_prometheus_reads_the_rules_and_they_fire_when_they_should() -> None:
    promtool = tool("promtool")
    run(promtool, "check", "config", "prometheus.yml", cwd=PROMETHEUS)
    run(promtool, "test", "rules", "alerts.test.yaml", cwd=PROMETHEUS)


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    cases = [
        case
        for test in yaml.safe_load(read("prometheus/alerts.test.yaml"))["tests"]
        for case in test["alert_rule_test"]
    ]
    for rule in alerts():
        its = [case for case in cases if case["alertname"] == rule["alert"]]
        assert any(case.get("exp_alerts") for case in its), rule["alert"]
        assert any(not case.get("exp_alerts") for case in its), rule["alert"]


def test_prometheus_reads_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    rules = [
        {"record": f"one:number{n}", "expr": e.replace("$__rate_interval", "5m").replace("$instance", ".*")}
        for n, e in enumerate(drawn())
    ]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "drawn", "rules": rules}]}))
    run(tool("promtool"), "check", "rules", str(tmp_path / "rules.yaml"))


# -- OPERATING.md --------------------------------------------------------------------------------------------------


def rows() -> dict[str, str]:
    """First cell -> rest, of every table row that begins with a name in backticks."""
    return dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", read("OPERATING.md"), re.MULTILINE))


def test_every_setting_is_explained_to_operators() -> None:
    missing = [name for name in VARIABLES if len(rows().get(name, "")) < 8]
    assert missing == []


def test_every_metric_is_explained_to_operators() -> None:
    names = {re.sub("_(bucket|sum|count)$", "", name) for name in series() if name != "up"}
    assert [name for name in sorted(names) if len(rows().get(name, "")) < 8] == []
    assert [name for name in rows() if name.startswith("policybot_") and name not in names] == []


def test_every_option_is_explained_to_operators() -> None:
    commands = next(a for a in bot.cli.parser()._actions if isinstance(a, argparse._SubParsersAction))
    options = [o for a in commands.choices["telegram"]._actions for o in a.option_strings if o.startswith("--")]
    text = read("OPERATING.md")
    assert [option for option in options if option != "--help" and f"`{option}" not in text] == []


def test_every_reason_of_healthz_has_a_page_in_the_runbook() -> None:
    homes = (
        "channels/telegram/app.py",
        "operations/health.py",
        "channels/wecom_bot/connection.py",
        "channels/dingtalk/stream.py",
        "hosting/serving.py",
    )
    sources = "".join((ROOT / "bot" / home).read_text(encoding="utf-8") for home in homes)
    reasons = {*re.findall(r'trouble = "([^"]+)"', sources), *re.findall(r'reasons\.append\("([^"]+)"\)', sources)}
    assert reasons >= {"no contact", "store", "conflict", "webhook not set"}
    headings = " ".join(re.findall(r"^###+ (.*)$", read("OPERATING.md"), re.MULTILINE))
    assert [reason for reason in reasons if reason not in headings] == []


def test_every_file_is_named_to_operators() -> None:
    text = read("OPERATING.md")
    files = [
        p.relative_to(DEPLOY).as_posix() for p in DEPLOY.rglob("*") if p.is_file() and "__pycache__" not in p.parts
    ]
    assert [name for name in files if name != "OPERATING.md" and name not in text] == []


def test_every_event_of_the_log_is_explained_to_operators() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py")]
    calls = re.compile(r"log\.(?:info|warning|error|critical|exception)\(\s*\"([a-z_]+)\"")
    events = {event for source in sources for event in calls.findall(source)}
    assert events >= {"started", "conflict", "store_failing", "worker_gone"}
    text = read("OPERATING.md")
    assert [event for event in sorted(events) if f"`{event}`" not in text] == []


async def test_the_words_to_the_database_do_what_they_say(tmp_path: Path) -> None:
    lines = re.findall(r'sqlite3 \S+ "([^"]+)"', read("OPERATING.md"))
    look, again, clear = lines
    url = f"sqlite:///{tmp_path / 'policybot.db'}"
    store = Store(url)
    store.prepare()
    store.open()
    await store.receive([Received(Delivery("telegram", str(n)), '{"text": "?"}', 1.0) for n in (1, 2)])
    await store.change(Change(aside=(Delivery("telegram", "1"), "ValueError")))
    await store.change(Change(aside=(Delivery("telegram", "2"), "unreadable: KeyError")))
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "policybot.db")) as database:
        assert [row[0] for row in database.execute(look)] == ["1", "2"]
        database.executescript(again)
        assert database.execute("SELECT delivery, state FROM updates").fetchall() == [("1", "open"), ("2", "aside")]
        database.executescript(clear)
        assert database.execute("SELECT delivery FROM updates").fetchall() == [("1",)]
