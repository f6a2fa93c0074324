"""The files of a document's folder: which an import writes, and a document as YAML."""

from __future__ import annotations

from typing import Any

import yaml

from knowledge.base.document import Policy

try:
    from yaml import CSafeDumper as _Dumper
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeDumper as _Dumper  # type: ignore[assignment]


class _Unaliased(_Dumper):
    """Writes a value that occurs twice twice: our files have no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


OWN = ("source.txt", "policy.yaml", "units.yaml", "review.md")
"""The files that an import writes; what else is in a folder (phrasings.yaml) is the editors'."""
TEMPORARY = ".import-"
"""What the names of folders begin with that are not whole yet."""


def policy_yaml(policy: Policy, file: str) -> str:
    """The policy as a file that loads as it is."""
    data = _plain(policy.model_dump(exclude_defaults=True))
    shown = "".join(char if char.isprintable() else "?" for char in file)
    return f"# 由 policybot import 从 {shown} 导入，待人工核对：见 review.md\n" + dump(data)


def _plain(value: Any) -> Any:
    """Tuples as lists, whole numbers without a point."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def dump(data: Any) -> str:
    """As YAML that people read: in the order given, no text folded."""
    return str(yaml.dump(data, Dumper=_Unaliased, allow_unicode=True, sort_keys=False, width=10**9))
