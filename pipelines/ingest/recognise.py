"""Which format a file is, by its headers alone: never by its name or by the position of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.grids import Grid
from pipelines.ingest.headers import header_match, header_matches, is_pattern, normalise_header
from pipelines.ingest.json_lines import JsonGrid, page_grid
from pipelines.ingest.read import SourceFile
from pipelines.ingest.sections import section_of, unread_sections
from pipelines.ingest.spec import Block, FormatSpec

MAP_IT = "Map it once on the page Import files (导入文件) or with `pulse map`; the format is kept in data/formats/<name>.yaml."


@dataclass
class BlockMatch:
    """Where one block of a format was found: `header_row` is 0-based within the grid, columns are `first` to `last`."""

    block: Block
    grid: Grid
    header_row: int
    first: int
    last: int
    headers: list[str]
    score: int


@dataclass
class Recognised:
    """The format of a file and where its tables are."""

    spec: FormatSpec
    version: str
    encoding: str
    matches: list[BlockMatch]
    unmatched_sheets: list[str]


def recognise(source: SourceFile, specs: list[FormatSpec], platform: str | None = None) -> Recognised:
    """The one format that fits best. FileProblem for an unknown file (with the nearest format) or a refused look-alike.

    `platform` breaks ties and keeps a two-column file of one platform from being taken for another's.
    """
    fitting = [s for s in specs if source.kind in s.file_types]
    best = next((b for r in _readings(source, fitting) if (b := _best(r.specs, r.grids, r.encoding, platform))), None)
    if best is None:
        raise _unknown(source.readings()[0], fitting)
    if best.spec.refuse:
        refusal = best.spec.refuse
        raise FileProblem(
            "look_alike",
            f"{refusal.because_zh}。{refusal.instead_zh}。 / {best.spec.label_en}: {refusal.because_en}; {refusal.instead_en}.",
            nearest_format=best.spec.format_id,
        )
    return best


@dataclass
class _Reading:
    """One way to read a file, and the formats that allow it."""

    encoding: str
    specs: list[FormatSpec]
    grids: list[Grid]


def _readings(source: SourceFile, specs: list[FormatSpec]) -> Iterator[_Reading]:
    """Where text is no UTF, formats that declare an encoding come first: Latin-1 often happens to decode as GB18030."""
    if source.kind == "text" and source.detected_encoding in (None, "gb18030"):
        for declared in dict.fromkeys(e for s in specs for e in s.encodings):
            if source.decodes(declared):
                yield from (_Reading(declared, [s for s in specs if declared in s.encodings], g) for g in source.readings(declared))
    encoding = source.encoding if source.kind in ("text", "html", "jsonl") else ""
    yield from (_Reading(encoding, specs, grids) for grids in source.readings())


def _best(specs: list[FormatSpec], grids: list[Grid], encoding: str, platform: str | None) -> Recognised | None:
    found = [r for spec in specs if (r := _fit(spec, grids, encoding)) is not None]
    if platform:
        found = [r for r in found if r.spec.platform == platform] or found
    if not found:
        return None
    return max(found, key=lambda r: (sum(m.score for m in r.matches), len(r.spec.blocks[0].header.required), r.spec.format_id))


def _fit(spec: FormatSpec, grids: list[Grid], encoding: str) -> Recognised | None:
    matches: list[BlockMatch] = []
    titles = [block.section for block in spec.blocks if block.section]
    for block in spec.blocks:
        tables = [g for grid in grids if _sheet_fits(block, grid) and (g := section_of(grid, block.section, titles)) is not None]
        hits = [_with_elements(m) for grid in tables if (m := _find_header(block, grid)) is not None]
        if not hits and not block.optional:
            return None
        matches += hits
    if not matches:
        return None
    used = {m.grid.name for m in matches}
    unmatched = [g.name for g in grids if g.name not in used and g.head]
    unmatched += [title for g in grids if g.name in used for title in unread_sections(g, titles)]
    return Recognised(spec, _version(spec, matches), encoding, matches, unmatched)


def _with_elements(match: BlockMatch) -> BlockMatch:
    """Of an API's pages the rows are the elements of a list; elsewhere the match as it is."""
    if match.block.rows is None or not isinstance(match.grid, JsonGrid):
        return match
    grid = page_grid(match.grid, match.block.rows, match.block.row_names)
    return replace(match, grid=grid, headers=grid.head[0], last=len(grid.head[0]))


def _sheet_fits(block: Block, grid: Grid) -> bool:
    return block.sheet is None or re.search(block.sheet, grid.name) is not None


def _find_header(block: Block, grid: Grid) -> BlockMatch | None:
    """The row and column range whose distinct cells meet the block's header rule best. Of equals the first: later ones repeat it."""
    best: BlockMatch | None = None
    if not _values_fit(block, grid):
        return None
    for first, last in grid.column_groups():
        for index, row in enumerate(grid.head[: block.header.scan_rows]):
            headers = row[first:last]
            score = _score(block, headers) if _place_fits(block, grid, index, first) else 0
            if score and (best is None or score > best.score):
                best = BlockMatch(block, grid, index, first, last, headers, score)
    return best


def _values_fit(block: Block, grid: Grid) -> bool:
    """JSON: whether the first line has the values that tell this kind of page."""
    return all(str(grid.first_line.get(key)) in options for key, options in block.header.values.items())


def _place_fits(block: Block, grid: Grid, index: int, first: int) -> bool:
    """Whether this row may be the header by what stands above it, below it and by its number."""
    rule = block.header
    if rule.row is not None and grid.row_number(index) != rule.row:
        return False
    if rule.above and not any(re.search(rule.above, cell) for row in grid.head[:index] for cell in row):
        return False
    below = grid.head[index + 1][first:] if rule.cells and index + 1 < len(grid.head) else []
    return all(position < len(below) and re.search(pattern, below[position].strip()) for position, pattern in rule.cells.items())


def _score(block: Block, headers: list[str]) -> int:
    """How many known headers the row holds; 0 unless every rule of the block is met."""
    names = {normalise_header(h) for h in headers} - {""}
    rule = block.header
    if not all(any(header_matches(option, name) for option in options for name in headers) for options in rule.required):
        return 0
    if any(header_matches(unwanted, name) for unwanted in rule.forbidden for name in headers):
        return 0
    if rule.exact_columns is not None and len([h for h in headers if normalise_header(h)]) != rule.exact_columns:
        return 0
    known = {normalise_header(s.split(".")[0].split("{")[0]) for c in block.columns for s in c.source}
    known |= {normalise_header(option) for options in rule.required for option in options} | {normalise_header(h) for h in block.ignore}
    patterns = [s for c in block.columns for s in c.source if is_pattern(s)]
    found = sum(any(header_match(p, name) for name in headers) for p in patterns)
    return len(names & known) + found + len(rule.cells) + bool(rule.above)


def _version(spec: FormatSpec, matches: list[BlockMatch]) -> str:
    names = {normalise_header(h) for m in matches for h in m.headers}
    for label, marks in spec.versions.items():
        if all(normalise_header(mark) in names for mark in marks):
            return label
    return spec.version


def _unknown(grids: list[Grid], specs: list[FormatSpec]) -> FileProblem:
    """The nearest format and what separates the file from it, in a sentence a person can act on."""
    best: tuple[float, FormatSpec, Block, list[str]] | None = None
    for spec in specs:
        for block in spec.blocks:
            required = [[normalise_header(o) for o in options] for options in block.header.required]
            for grid in grids:
                for row in grid.head[: block.header.scan_rows]:
                    names = {normalise_header(h) for h in row} - {""}
                    share = sum(any(o in names for o in options) for options in required) / max(len(required), 1)
                    if share > 0 and (best is None or share > best[0]):
                        best = (share, spec, block, row)
    if best is None:
        seen = next((row for grid in grids for row in grid.head if len([c for c in row if c.strip()]) > 1), [])
        shown = ", ".join(c for c in seen[:8] if c) or "no header row"
        return FileProblem("unknown_format", f"No known format has these headers ({shown}). {MAP_IT}")
    _, spec, block, row = best
    names = {normalise_header(h) for h in row} - {""}
    missing = ["/".join(o) for o in block.header.required if not any(normalise_header(x) in names for x in o)]
    known = {normalise_header(s) for c in block.columns for s in c.source} | {normalise_header(h) for h in block.ignore}
    unexpected = [h for h in row if normalise_header(h) and normalise_header(h) not in known]
    detail = f"missing: {', '.join(missing) or 'none'}; not in that format: {', '.join(unexpected[:12]) or 'none'}"
    return FileProblem(
        "unknown_format",
        f"Not a known export. The nearest is {spec.format_id} ({spec.label_zh}) - {detail}. {MAP_IT}",
        nearest_format=spec.format_id,
        missing_headers=missing,
        unexpected_headers=unexpected,
    )
