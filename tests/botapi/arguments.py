"""A call's parameters, from a query string, a form, multipart or JSON ("Making requests")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from tests.botapi.errors import bad


@dataclass(frozen=True)
class Upload:
    """A file that came with a call ("Sending files")."""

    filename: str
    content: bytes


class Arguments:
    """Typed access; what can't be read is a 400 that names the parameter."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Upload] | None = None) -> None:
        self.values = values
        self.files = files or {}
        """What was uploaded, by the name of the part."""

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str:
        """As text; empty when absent."""
        value = self.values.get(name, "")
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or value is None:
            return "true" if value else ""
        return str(value) if isinstance(value, (int, float)) else orjson.dumps(value).decode()

    def integer(self, name: str, default: int = 0, low: int = -(1 << 63), high: int = (1 << 63) - 1) -> int:
        """As a whole number, drawn into the range as the real server does (Client.cpp, get_integer_arg)."""
        value = self.text(name)
        try:
            number = int(value) if value else default
        except ValueError:
            number = default
        return min(max(number, low), high)

    def flag(self, name: str) -> bool:
        """True for true, yes and 1 (Client.cpp, to_bool)."""
        return self.text(name).lower() in ("true", "yes", "1")

    def json(self, name: str) -> Any:
        """The parsed value of a JSON-serialized parameter; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str) or value == "":
            return None if value == "" else value
        try:
            return orjson.loads(value)
        except ValueError:
            raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def object(self, name: str) -> dict[str, Any] | None:
        """A JSON object."""
        value = self.json(name)
        if value is not None and not isinstance(value, dict):
            raise bad(f"object expected as {name.replace('_', ' ')}")
        return value

    def array(self, name: str) -> list[Any] | None:
        """A JSON array."""
        value = self.json(name)
        if value is not None and not isinstance(value, list):
            raise bad(f"array expected as {name.replace('_', ' ')}")
        return value


def from_form(body: str) -> dict[str, Any]:
    """application/x-www-form-urlencoded, or a query string."""
    return dict(parse_qsl(body, keep_blank_values=True))


def from_json(body: bytes) -> dict[str, Any]:
    """application/json: parameters with null are as if absent."""
    try:
        values = orjson.loads(body) if body.strip() else {}
    except ValueError:
        raise bad("can't parse JSON object") from None
    if not isinstance(values, dict):
        raise bad("object expected")
    return {name: value for name, value in values.items() if value is not None}
