"""Walking through the pages of one request, with guards against APIs that repeat themselves or change underneath."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.connectors.model import Request, one_page
from pipelines.connectors.verdicts import Fatal, Ok, Refused, Transient, Verdict

MAX_PAGES = 2000


@dataclass(frozen=True)
class Page:
    """One page as received: the text is what is kept, the body what is looked at."""

    request: Request
    text: str
    body: Any
    received_at: Any


@dataclass(frozen=True)
class Paging:
    """Where the rows of a page are, and how to ask for the next page."""

    rows: str  # path of the list, as data.list
    following: Callable[[Request, Any], Request | None] = one_page
    total: str | None = None  # path of the number of rows on all pages
    row_id: str | None = None  # path, within a row, of its id; without it the whole row counts
    ends_empty: bool = False  # the platform marks the end with an empty page


class Moved(Exception):
    """The list changed while it was read: read it again from the start."""


def dig(body: Any, path: str) -> Any:
    """The value at a dotted path, None where a step is missing; ``list[].id`` gives the ids of all elements, ``0`` the first one."""
    head, _, rest = path.partition(".")
    if head.endswith("[]"):
        items = dig(body, head[:-2]) if head != "[]" else body
        found = [dig(item, rest) if rest else item for item in items] if isinstance(items, list) else []
        return [x for value in found for x in (value if "[]" in rest and isinstance(value, list) else [value])]
    if isinstance(body, list) and head.isdigit():
        value = body[int(head)] if int(head) < len(body) else None
    else:
        value = body.get(head) if isinstance(body, dict) else None
    return dig(value, rest) if rest else value


def rows_of(paging: Paging, body: Any) -> list[Any]:
    """The rows of a page; a page without its list has none."""
    rows = dig(body, paging.rows) if paging.rows else body
    return rows if isinstance(rows, list) else []


def row_key(paging: Paging, row: Any) -> str:
    """What tells two rows apart."""
    mark = dig(row, paging.row_id) if paging.row_id else row
    return hashlib.sha256(json.dumps(mark, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


Fetch = Callable[[Request, Callable[[Any], Verdict]], Page]


def pages(fetch: Fetch, first: Request, paging: Paging) -> Iterator[Page]:
    """Every page of a request in order. Refused when the pages do not end or do not add up, Moved when their total changes."""
    request: Request | None = first
    asked: set[str] = set()
    keys: set[str] = set()
    doubted: set[int] = set()
    total: int | None = None

    def is_new(body: Any) -> Verdict:
        """A page whose rows have all been seen is a repetition, one without rows was promised some: asking again may help."""
        own = {row_key(paging, row) for row in rows_of(paging, body)}
        if not own and keys and not paging.ends_empty and len(asked) not in doubted:
            doubted.add(len(asked))  # once: some platforms do promise a page too many
            return Transient("the page is empty although another one was promised")
        return Transient("the same page came twice") if own and own <= keys else Ok()

    while request is not None:
        if request.identity in asked:
            raise Refused(Transient(f"{first.path}: the cursor runs in a circle after {len(asked)} pages"))
        if len(asked) >= MAX_PAGES:
            raise Refused(Fatal(f"{first.path}: more than {MAX_PAGES} pages; ask for fewer days at once"))
        asked.add(request.identity)
        page = fetch(request, is_new)
        stated = _number(dig(page.body, paging.total)) if paging.total else None
        if total is not None and stated is not None and stated != total:
            raise Moved(f"{first.path}: the number of rows changed from {total} to {stated} between two pages")
        total = stated if stated is not None else total
        keys |= {row_key(paging, row) for row in rows_of(paging, page.body)}
        yield page
        request = paging.following(page.request, page.body)
    if total is not None and len(keys) < total:
        raise Refused(Transient(f"{first.path}: only {len(keys)} of {total} rows came"))


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else None


def by_cursor(cursor: str, more: str | None, param: str, in_json: bool = False) -> Callable[[Request, Any], Request | None]:
    """The page names the cursor of the next one; it ends when `more` is false, or without a cursor."""

    def following(request: Request, body: Any) -> Request | None:
        mark = dig(body, cursor)
        if (more is not None and not dig(body, more)) or mark in (None, ""):
            return None
        return request.with_json(**{param: mark}) if in_json else request.with_params(**{param: mark})

    return following


def by_page(param: str, pages_path: str | None = None, total: str | None = None, size: int = 0, in_json: bool = False) -> Any:
    """Numbered pages: until the number of pages, or of rows by the size of a page, is reached."""

    def following(request: Request, body: Any) -> Request | None:
        held = (request.json if in_json else request.params) or {}
        number = int(held.get(param, 1))
        last = _number(dig(body, pages_path)) if pages_path else None
        if last is None and total:
            last = -(-(_number(dig(body, total)) or 0) // size)
        if last is None or number >= last:
            return None
        return request.with_json(**{param: number + 1}) if in_json else request.with_params(**{param: number + 1})

    return following


def by_offset(param: str, rows: str, size: int, first: int = 0, in_json: bool = False) -> Any:
    """Offsets: until a page holds fewer rows than asked for."""

    def following(request: Request, body: Any) -> Request | None:
        if len(dig(body, rows) or []) < size:
            return None
        held = (request.json if in_json else request.params) or {}
        offset = int(held.get(param, first)) + size
        return request.with_json(**{param: offset}) if in_json else request.with_params(**{param: offset})

    return following
