"""A Dockerfile carried out without an engine: its steps run in a folder that stands for the image's root.

What that leaves out: the base image, and the download of the lock's packages, for which the distributions that are
installed here are put in place (hard links where the file system allows).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from tests.patience import PATIENCE

LOCKED = re.compile(r"^python -m venv (\S+) && \S+/python -m pip install --require-hashes -r constraints\.txt$")
"""The step that is not run as it stands."""
MOST = 4 * PATIENCE
"""Seconds that a step may take: only so that one that hangs ends."""
PATHS = ("/opt/policybot", "/src", "/data", "/tmp")
"""Absolute paths of the recipe; they are looked for in the root folder."""


def instructions(text: str) -> list[tuple[str, str]]:
    """(name, rest) of each instruction; continued lines are joined with single spaces."""
    found = []
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\s*\\\n\s*", " ", "\n".join(lines)).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            found.append((name.upper(), rest.strip()))
    return found


def context(root: Path, target: Path) -> None:
    """Copy what .dockerignore lets through; it must refuse everything first and then name what may pass."""
    rules = [r for r in (root / ".dockerignore").read_text().splitlines() if r and not r.startswith("#")]
    assert rules[0] == "*", "everything is refused first"
    never = [r.removeprefix("**/") for r in rules[1:] if not r.startswith("!")]
    skipped = shutil.ignore_patterns(*(rule.rsplit("/", 1)[-1] for rule in never))
    for rule in rules[1:]:
        if rule.startswith("!"):
            source, goal = root / rule[1:], target / rule[1:]
            goal.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, goal, ignore=skipped)
            else:
                shutil.copy2(source, goal)


@dataclass
class Image:
    """What the recipe made: the environment, the command and the check of the last stage."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    user: str = ""

    def inside(self, text: str) -> str:
        """``text`` with the recipe's paths as they are outside."""
        return re.sub(rf"(?<![\w/.])({'|'.join(PATHS)})(?=[/:\s]|$)", lambda match: f"{self.root}{match[1]}", text)

    def add(self, text: str) -> None:
        """An ENV instruction."""
        for pair in shlex.split(text):
            name, _, value = pair.partition("=")
            if name == "PATH":
                value = value.replace("$PATH", os.environ["PATH"])
            self.environment[name] = self.inside(value)


def build(project: Path, root: Path) -> Image:
    """Carry the recipe out below ``root``; subprocess.CalledProcessError when a step fails."""
    source = root / "context"
    context(project, source)
    image, folder = Image(root), root
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    for name, rest in instructions((project / "deploy" / "Dockerfile").read_text(encoding="utf-8")):
        if name == "FROM":
            image = Image(root)
        elif name == "ENV":
            image.add(rest)
        elif name == "WORKDIR":
            folder = Path(image.inside(rest))
            folder.mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            _copy(source, folder, rest)
        elif name == "RUN":
            _run(image, folder, rest)
        elif name == "USER":
            image.user = rest
        elif name == "ENTRYPOINT":
            image.command = json.loads(rest)
        elif name == "CMD":
            image.command = [*image.command, *json.loads(rest)]
        elif name == "HEALTHCHECK":
            image.health = json.loads(rest.partition("CMD ")[2])
    return image


def _copy(source: Path, folder: Path, rest: str) -> None:
    words = [word for word in rest.split() if not word.startswith("--")]
    if any(word.startswith("--from=") for word in rest.split()):
        return  # the stages share one root here
    for word in words[:-1]:
        goal = folder / words[-1]
        if (source / word).is_dir():
            shutil.copytree(source / word, goal)
        else:
            goal = goal / Path(word).name if words[-1].endswith("/") else goal
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / word, goal)


def _run(image: Image, folder: Path, rest: str) -> None:
    locked = LOCKED.match(rest)
    if locked:
        venv = Path(image.inside(locked[1]))
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        _link_packages(next(venv.glob("lib/python*/site-packages")))
        return
    environment = {"PATH": os.environ["PATH"], "HOME": str(image.root / "tmp"), **image.environment}
    command = ["sh", "-ec", image.inside(rest)]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=MOST)


def _link_packages(goal: Path) -> None:
    """Put the distributions that are installed here into another environment; this project itself is left out."""
    for base in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for path in Path(base).iterdir():
            if path.name.startswith(("policybot", "_editable", "__editable")):
                continue
            if path.is_dir():
                shutil.copytree(path, goal / path.name, copy_function=_link, symlinks=True, dirs_exist_ok=True)
            else:
                _link(str(path), str(goal / path.name))


def _link(source: str, goal: str) -> str:
    try:
        os.link(source, goal)
    except OSError:
        shutil.copy2(source, goal)
    return goal
