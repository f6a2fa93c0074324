"""Remove from this environment what a package does not need to run: `python prune.py 'policybot[opensearch]' [--list]`.

The lock holds the development tools as well, and an image should not. What is needed is the package's requirements
with the extras that are named, and theirs, as the metadata of the installed distributions tell.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def needed(package: str) -> set[str]:
    """Canonical names of the package (with extras: policybot[opensearch]) and of all that it needs, as installed here.

    Raises importlib.metadata.PackageNotFoundError when one of them is not installed.
    """
    found: set[str] = set()
    asked = Requirement(package)
    waiting: list[tuple[str, frozenset[str]]] = [(str(canonicalize_name(asked.name)), frozenset(asked.extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one, extras = waiting.pop()
        if (one, extras) in seen:
            continue
        seen.add((one, extras))
        found.add(one)
        for line in distribution(one).requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": e}) for e in {"", *extras}):
                waiting.append((str(canonicalize_name(wanted.name)), frozenset(wanted.extras)))
    return found


def installed() -> set[str]:
    """Canonical names of all that is installed here."""
    return {str(canonicalize_name(d.metadata["Name"])) for d in distributions()}


def main(arguments: list[str]) -> int:
    """Remove, or with --list only print, what is not needed; pip itself goes last."""
    names = [a for a in arguments if not a.startswith("-")]
    if len(names) != 1 or set(arguments) - {*names, "--list"}:
        print(__doc__, file=sys.stderr)
        return 2
    rest = sorted(installed() - needed(names[0]))
    if "--list" in arguments:
        print("\n".join(rest))
        return 0
    rest = [*(r for r in rest if r != "pip"), *(["pip"] if "pip" in rest else [])]
    return subprocess.call([sys.executable, "-m", "pip", "uninstall", "--yes", "--quiet", *rest]) if rest else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
