"""What a file is and what would become of it, without taking it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.ingest.load import Catalogue, Hints, prepare


def inspect_file(path: Path, platform: str | None = None, sample_rejects: int = 20) -> dict[str, Any]:
    """The load's manifest, the recognised columns with an example, and the first rejects. FileProblem when it cannot be read."""
    prepared = prepare(path, Hints(platform=platform), Catalogue())
    spec = prepared.recognised.spec
    return {
        **prepared.manifest,
        "label_zh": spec.label_zh,
        "label_en": spec.label_en,
        "columns": [column for block in prepared.parsed for column in block.columns],
        "rejects": prepared.rejects.drop("raw_row").head(sample_rejects).to_dicts(),
    }
