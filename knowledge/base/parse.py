"""YAML data to a model: every fault of a file at once, each with its line, in the words of those who mend it."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from knowledge.base.record import Record
from knowledge.files.faults import Fault
from knowledge.files.yamlfile import Loc, YamlFile

R = TypeVar("R", bound=Record)

_MESSAGES = {
    "missing": "缺少这个字段；请补上",
    "extra_forbidden": "不认识的字段；请检查拼写，或删去",
    "string_type": "应为文字；像数字、日期、是/否的内容请加引号",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "格式不对（应符合 {pattern}）",
    "too_short": "至少要有一项",
    "literal_error": "只能是 {expected} 之一",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "date_from_datetime_parsing": "应为日期，写作 2025-10-08",
    "date_type": "应为日期，写作 2025-10-08",
    "datetime_from_date_parsing": "应为日期和时刻，写作 2025-10-08T09:30:00+08:00",
    "datetime_parsing": "应为日期和时刻，写作 2025-10-08T09:30:00+08:00",
    "datetime_type": "应为日期和时刻，写作 2025-10-08T09:30:00+08:00",
    "timezone_aware": "时刻后面要写明时区，写作 2025-10-08T09:30:00+08:00",
    "tuple_type": "应为列表",
    "dict_type": "应为映射（键: 值）",
    "model_type": "应为映射（键: 值）",
    "model_attributes_type": "应为映射（键: 值）",
}
"""Pydantic's error types in the words of the people who mend the files."""


def parse(file: YamlFile, model: type[R], faults: list[Fault]) -> R | None:
    """The file as ``model``; None when it has faults, which are added to ``faults``."""
    faults += file.faults
    if file.faults:
        return None
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        seen: set[Loc] = set()
        for item in error.errors():
            loc = _own_loc(file, item["loc"])
            if loc in seen:  # one fault a place: the arms of a union each complain
                continue
            seen.add(loc)
            template = _MESSAGES.get(item["type"])
            message = template.format(**item.get("ctx", {})) if template else item["msg"]
            faults.append(file.fault(loc, message))
        return None


def _own_loc(file: YamlFile, loc: Loc) -> Loc:
    """Pydantic's location without the names of union arms, which stand nowhere in the file."""
    out: Loc = ()
    data = file.data
    for i, step in enumerate(loc):
        inside = (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        )
        if inside:
            data = data[step]
            out = (*out, step)
        elif i == len(loc) - 1 and isinstance(data, dict) and isinstance(step, str):
            out = (*out, step)  # a missing field
    return out
