"""The one error of ingestion: a file that cannot be taken in, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class FileProblem(Exception):
    """Why a whole file is refused. `message` is one sentence for the person who can act."""

    code: str
    message: str
    nearest_format: str | None = None
    missing_headers: list[str] = field(default_factory=list)
    unexpected_headers: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.message
