"""What a file is and what would become of it, without taking it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.ingest.frames import sources_of, text_frame
from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare


def inspect_file(path: Path, platform: str | None = None, sample_rejects: int = 20) -> dict[str, Any]:
    """The load's manifest, the recognised columns with an example, and the first rejects. FileProblem when it cannot be read."""
    prepared = prepare(path, Hints(platform=platform), Catalogue())
    spec = prepared.recognised.spec
    return {
        **prepared.manifest,
        "label_zh": spec.label_zh,
        "label_en": spec.label_en,
        "columns": _columns(prepared),
        "rejects": prepared.rejects.drop("raw_row").head(sample_rejects).to_dicts(),
    }


def _columns(prepared: Prepared) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for match in prepared.recognised.matches:
        body = match.grid.body(match.header_row, match.first, match.last)
        frame = text_frame(match, body).head(50)
        for column in match.block.columns:
            for header in sources_of(column, frame)[:1]:
                example = "(hidden)" if column.type == "person" else next((v for v in frame[header] if v), None)
                listed.append(
                    {"header": header, "to": f"{match.block.entity}.{column.to}", "type": column.type, "example": example and example[:40]}
                )
    return listed
