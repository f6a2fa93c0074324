"""What the server answers instead of a result."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer with ok=False (core.telegram.org/bots/api, "Making requests"; ResponseParameters)."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON object that is sent."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> ApiError:
    """400: the caller's fault."""
    return ApiError(400, f"Bad Request: {description}")


def too_many(retry_after: int) -> ApiError:
    """429 (core.telegram.org/bots/api#responseparameters: retry_after, whole seconds)."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
