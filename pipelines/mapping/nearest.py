"""The known format that an unknown file is nearest to, by how many of its headers it knows, and what separates the two."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.ingest.headers import header_matches, normalise_header
from pipelines.ingest.read import open_file
from pipelines.ingest.spec import Block, FormatSpec

FEWEST = 2  # headers in common: a single one, like a date, says nothing


def nearest(path: Path, specs: Iterable[FormatSpec]) -> dict[str, Any] | None:
    """`format_id`, its labels, `missing` required headers, `unexpected` ones of the file and `known` ones; None where nothing is near."""
    with open_file(path) as source:
        rows = [row for grids in source.readings()[:1] for grid in grids for row in grid.head[:15]]
        fitting = [spec for spec in specs if source.kind in spec.file_types and not spec.refuse and spec.kind == "export"]
    best: tuple[tuple[int, float], FormatSpec, Block, list[str]] | None = None
    for spec in fitting:
        for block in spec.blocks:
            known = _known(block)
            for row in rows:
                common = len({normalise_header(cell) for cell in row} & known)
                score = (common, common / max(len(known), 1))
                if common >= FEWEST and (best is None or score > best[0]):
                    best = (score, spec, block, row)
    return None if best is None else _difference(*best[1:])


def _known(block: Block) -> set[str]:
    names = [s for c in block.columns for s in c.source] + block.ignore + block.drop + [o for r in block.header.required for o in r]
    return {normalise_header(name) for name in names}


def _difference(spec: FormatSpec, block: Block, row: list[str]) -> dict[str, Any]:
    known = _known(block)
    cells = [cell for cell in row if normalise_header(cell)]
    missing = [
        " / ".join(options) for options in block.header.required if not any(header_matches(o, cell) for o in options for cell in cells)
    ]
    return {
        "format_id": spec.format_id,
        "platform": spec.platform,
        "label_zh": spec.label_zh,
        "label_en": spec.label_en,
        "menu_path": spec.menu_path,
        "missing": missing,
        "unexpected": [cell for cell in cells if normalise_header(cell) not in known],
        "known": [cell for cell in cells if normalise_header(cell) in known],
    }
