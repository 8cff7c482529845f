"""A first draft of a mapping: where the header row is, and what each column may be by the names that known formats give it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.frames import OWN_NAMES, text_frame, written
from pipelines.ingest.grids import Grid
from pipelines.ingest.headers import is_pattern, normalise_header
from pipelines.ingest.json_lines import JsonGrid
from pipelines.ingest.read import open_file
from pipelines.ingest.recognise import BlockMatch
from pipelines.ingest.spec import Block, FormatSpec, load_specs
from pipelines.mapping.draft import CHOICES, DROP, ENTITIES, EXTRA, USUAL_KEYS, Draft, DraftColumn, has_id, targets
from pipelines.mapping.hints import hinted, hinted_unit, is_personal, may_fall
from pipelines.mapping.looks import look_at
from pipelines.mapping.templates import read_template

SCAN_ROWS = 15
LOOK_ROWS = 1000
SAMPLE_ROWS = 8
TOTALS = ["合计", "总计", "汇总", "全部合计", "Total", "total", "TOTAL", "Sum", "Grand total"]


@dataclass(frozen=True)
class Alias:
    """What one known format makes of a header."""

    to: str
    entity: str
    platform: str
    rank: int  # how much this source is to be believed: 2 the chosen template, 1 the chosen platform, 0 another's
    unit: str
    more: tuple[tuple[str, Any], ...]


def suggest(
    path: str,
    platform: str | None = None,
    entity: str | None = None,
    template: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> dict[str, Any]:
    """The draft of a file's mapping as JSON. FileProblem when the file has no table."""
    skeleton = read_template(template) if template else None
    platform = platform or (skeleton.platform if skeleton else None)
    known = aliases(load_specs(), platform, skeleton)
    with open_file(Path(path)) as source:
        grids = [grid for grid in source.readings()[0] if grid.head]
        match = _table(grids, known, sheet, header_row)
        numbered = text_frame(match, match.grid.body(match.header_row, match.first, match.last)).head(LOOK_ROWS)
        frame = numbered.drop("row_number")
        personal = [name for name in frame.columns if is_personal(name)]
        draft = Draft(
            columns=_columns(frame),
            kind=source.kind,
            sheet=match.grid.name,
            sheets=[grid.name for grid in grids if grid.name],
            header_row=match.grid.row_number(match.header_row),
            extra_rows=0,
            total_words=_total_words(frame),
            unnamed=sum(1 for name in frame.columns if re.fullmatch(r"column \d+", name)),
            platform=platform,
            sample_rows=numbered.head(SAMPLE_ROWS).with_columns(pl.col(pl.String).str.slice(0, 120)).drop(personal).to_dicts(),
            name=_name(Path(path).stem),
            label=Path(path).stem[:60],
        )
    if skeleton:
        draft.currency, draft.is_owned = skeleton.currency, skeleton.is_owned
        fixed = skeleton.blocks[0].constants.items()
        draft.constants = {name: str(value) for name, value in fixed if name not in CHOICES}  # those a person answers
    draft.entity = entity or (skeleton.blocks[0].entity if skeleton else None) or _likely_entity(draft.columns, known)
    fill_in(draft, known)
    return draft.model_dump()


def aliases(specs: Iterable[FormatSpec], platform: str | None, template: FormatSpec | None = None) -> dict[str, list[Alias]]:
    """Every header that a known format names, normalised, with what it becomes there; the more believable first."""
    found: dict[str, list[Alias]] = defaultdict(list)
    ranked = [(spec, 1 if spec.platform == platform else 0) for spec in specs if not spec.refuse and spec.kind == "export"]
    if template:
        ranked.insert(0, (template, 2))
    for spec, rank in ranked:
        for block in spec.blocks:
            for column in block.columns:
                more = column.model_dump(include={"map", "default", "extract", "multiply", "flag", "separator"}, exclude_defaults=True)
                kept = tuple(sorted(more.items())) if rank else ()
                for name in column.source:
                    if not is_pattern(name) and not name.startswith(("#", "@", "../")):
                        found[normalise_header(name)].append(Alias(column.to, block.entity, spec.platform, rank, column.unit, kept))
            for name in block.drop if rank else ():  # another platform's reason is not this one's
                found[normalise_header(name)].append(Alias(DROP, block.entity, spec.platform, rank, "seconds", ()))
    return found


def fill_in(draft: Draft, known: dict[str, list[Alias]]) -> None:
    """Guess what each column becomes; a canonical column is given away once, to the surest."""
    entity = draft.entity or ""
    allowed = set(targets(entity)) if entity else set()
    found = [(column, best) for column in draft.columns if (best := _best(column.header, known, entity))]
    for column, (alias, exact) in sorted(found, key=lambda f: (-f[1][1], -f[1][0].rank)):
        if alias.to == DROP and not hinted(column.header, column.looks_like, allowed):
            column.to = DROP  # what that format holds back of other people's posts may be welcome of one's own
        elif alias.to in allowed:
            column.to, column.more = alias.to, dict(alias.more)
            allowed.discard(alias.to)
            if alias.rank and exact and column.kind(entity) == "duration":
                column.unit = alias.unit  # type: ignore[assignment]  # the same platform's own unit for the same header
    for column in draft.columns:
        if column.to == EXTRA and is_personal(column.header):
            column.to = DROP
        elif column.to == EXTRA and (to := hinted(column.header, column.looks_like, allowed)):
            column.to = to
            allowed.discard(to)
        if column.unit is None:
            column.unit = hinted_unit(column.header)  # type: ignore[assignment]
        if may_fall(column.header):
            column.allow_negative = True
    _mark_keys(draft)


def _mark_keys(draft: Draft) -> None:
    if has_id(draft):
        return
    usual = USUAL_KEYS.get(draft.entity or "", [])
    for column in draft.columns:
        column.key = column.to in usual
    if not any(c.key and c.to == usual[0] for c in draft.columns if usual):
        for column in draft.columns:  # a part of the usual key alone would make different rows the same
            column.key = False


def _best(header: str, known: dict[str, list[Alias]], entity: str) -> tuple[Alias, int] | None:
    """What most formats make of a header, those of the template and the platform first; 1 for the very name, 0 for a like one."""
    for exact, names in ((1, [normalise_header(header)]), (0, _variants(header))):
        found = [a for name in names for a in known.get(name, []) if not entity or a.entity == entity or a.to == DROP]
        if not found:  # a metric has one name in every entity
            found = [a for name in names for a in known.get(name, []) if entity and a.to in targets(entity)]
        if found:
            rank = max(a.rank for a in found)
            votes = Counter(a.to for a in found if a.rank == rank)
            winner = votes.most_common(1)[0][0]
            return next(a for a in found if a.rank == rank and a.to == winner), exact
    return None


def _variants(header: str) -> list[str]:
    """Like names: 播放次数, 播放数 and 播放 for 播放量; without a unit in brackets. 人数 counts people and stays apart."""
    bare = re.sub(r"\s*\((?:%|次|个|条|元|秒|分钟|小时|s|sec|min|h)\)$", "", normalise_header(header))
    stem = re.sub(r"(?:次数|总数|数量|(?<!人)数|量)$", "", bare)
    if not stem or bare.endswith("人数"):
        return [bare]
    return list(dict.fromkeys([bare, stem, *[stem + ending for ending in ("量", "数", "次数")]]))


def _likely_entity(columns: list[DraftColumn], known: dict[str, list[Alias]]) -> str | None:
    """The entity that knows most of the headers; None where no header is known."""
    votes = Counter(
        entity
        for column in columns
        for entity in {a.entity for a in known.get(normalise_header(column.header), []) if a.to != DROP}
        if entity in ENTITIES
    )
    return max(votes, key=lambda e: (votes[e], -ENTITIES.index(e))) if votes else None


def _table(grids: list[Grid], known: dict[str, list[Alias]], sheet: str | None, header_row: int | None) -> BlockMatch:
    """The table of the file with the most known headers; without any, the first row that looks like a header."""
    block = Block.model_validate({"entity": ENTITIES[0], "header": {"required": []}})
    best: tuple[tuple[int, int, int], BlockMatch] | None = None
    for grid in grids:
        if sheet and grid.name != sheet:
            continue
        for first, last in grid.column_groups():
            for index, row in enumerate(grid.head[: SCAN_ROWS if header_row is None else len(grid.head)]):
                names = {normalise_header(cell) for cell in row[first:last]} - {""}
                if not names or (header_row is not None and grid.row_number(index) != header_row):
                    continue
                texts = sum(1 for name in names if not re.search(r"^[\d.,%\-/: ]+$", name))
                like_header = texts if isinstance(grid, JsonGrid) or texts >= 0.6 * len(names) else 0
                score = (sum(1 for name in names if name in known), like_header, -index)
                if best is None or score > best[0]:
                    best = (score, BlockMatch(block, grid, index, first, last, row[first:last], 0))
    if best is None:
        raise FileProblem("no_table", "There is no table in this file, or no header in the row named. Say in which row the headers are.")
    return best[1]


def _columns(frame: pl.DataFrame) -> list[DraftColumn]:
    found: dict[str, DraftColumn] = {}
    for name in frame.columns:
        header = re.sub(r"__\d+$", "", name) if written(name) != normalise_header(name) else name
        if name in OWN_NAMES or re.fullmatch(r"column \d+", name) or normalise_header(header) in found:
            continue  # of columns with one name, a format reads the first
        look = look_at(frame[name])
        if is_personal(header):
            look.samples, look.negatives = [], []  # not to be shown either
        found[normalise_header(header)] = DraftColumn(header=header, **vars(look))
    if not found:
        raise FileProblem("no_table", "No column of this table has a name. Say in which row the headers are.")
    return list(found.values())


def _total_words(frame: pl.DataFrame) -> list[str]:
    """Words for a total that stand in the first column."""
    first = frame.to_series(0).cast(pl.String).str.strip_chars()
    return first.filter(first.is_in(TOTALS)).unique(maintain_order=True).to_list()


def _name(stem: str) -> str:
    """A short name for the format out of the file's: without dates, counters and signs."""
    words = re.sub(r"\d{4}[-_.年]?\d{1,2}[-_.月]?\d{1,2}日?|\d{6,}|\(\d+\)", " ", stem)
    return re.sub(r"[^\w]+", "_", words).strip("_").lower()[:40] or "my_format"
