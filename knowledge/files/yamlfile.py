"""Safe YAML reading that remembers the line of every value.

Plainer than YAML on purpose: no anchors or aliases (they allow a small file to unfold into a huge one), no duplicate
keys (the earlier value would vanish silently), keys are always text (so ``1.10`` stays ``1.10``), and files have a
size limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge.files.faults import Fault, shown
from knowledge.files.oserrors import why

MAX_BYTES = 8_000_000
"""Refuse larger files: the biggest honest one (phrasings of a policy) is a few hundred kilobytes."""
MAX_DEPTH = 20
"""Refuse deeper nesting: our schemas need six levels."""

Loc = tuple[str | int, ...]

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]


@dataclass
class YamlFile:
    """A parsed file: plain data plus the line on which each value stands."""

    path: Path
    data: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, loc: Loc) -> int:
        """Line of the value at ``loc``, or of its nearest enclosing value; 1 when nothing is known."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def origin(self, loc: Loc) -> tuple[YamlFile, Loc]:
        """The file in which the value at ``loc`` stands, and its place there: this one (see yamlparts.py)."""
        return self, loc

    def fault(self, loc: Loc, message: str) -> Fault:
        """A fault at the value ``loc`` of this file."""
        return Fault(shown(self.path), self.line(loc), dotted(loc), message)


def dotted(loc: Loc) -> str:
    """``('sections', 3, 'title')`` as ``sections[3].title``."""
    out = ""
    for step in loc:
        out += f"[{step}]" if isinstance(step, int) else ("." if out else "") + step
    return out


def read_yaml(path: Path) -> YamlFile:
    """Read one file. Never raises on bad content: what is wrong is in ``faults`` and ``data`` is None then."""
    file = YamlFile(path)

    def fail(line: int, message: str) -> YamlFile:
        file.faults.append(Fault(shown(path), line, "", message))
        return file

    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return fail(0, f"文件有 {size} 字节，超过上限 {MAX_BYTES}；请拆成几个文件")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return fail(0, "缺少这个文件")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return fail(line, f"不是 UTF-8 文本（第 {error.start} 字节起）；请另存为 UTF-8")
    except OSError as error:
        return fail(0, f"读不了：{why(error)}")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                return fail(_line_of(event), "不允许用锚点或别名（& 和 *）；请把内容写全")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:  # before compose, which recurses
                return fail(_line_of(event), f"嵌套太深；最多 {MAX_DEPTH} 层")
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return fail(mark.line + 1 if mark else 1, f"不是合法的 YAML：{error.problem or error.context}")
    except yaml.YAMLError as error:
        return fail(1, f"不是合法的 YAML：{error}")
    if node is None:
        return fail(1, "文件是空的")
    file.data = _build(file, node, (), yaml.SafeLoader(""))  # of its own: a loader keeps all that it ever constructed
    if file.faults:
        file.data = None
    return file


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _build(file: YamlFile, node: yaml.Node, loc: Loc, resolver: yaml.SafeLoader) -> Any:
    file.lines[loc] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                file.faults.append(Fault(shown(file.path), key_node.start_mark.line + 1, dotted(loc), "键必须是文字"))
                continue
            if key in out:
                message = f"键 {key} 出现了两次；请删去一个"
                file.faults.append(Fault(shown(file.path), key_node.start_mark.line + 1, dotted(loc), message))
            out[key] = _build(file, value_node, (*loc, key), resolver)
            file.lines[*loc, key] = key_node.start_mark.line + 1
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_build(file, child, (*loc, i), resolver) for i, child in enumerate(node.value)]
    try:
        return resolver.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        file.faults.append(file.fault(loc, f"不认识的值：{error}"))
        return None
