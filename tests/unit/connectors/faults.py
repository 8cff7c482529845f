"""The 24 kinds of fault: what the server does instead of answering, and what must come of it."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pipelines.connectors.model import one_page
from pipelines.connectors.paging import dig, rows_of
from tests.unit.connectors.scenario import Scenario
from tests.unit.connectors.server import Break, Wire

FOR_EVER = 10**6


@dataclass(frozen=True)
class Fault:
    """One kind of fault. `passes`: the pull gets over it when it happens once; `lasting`: what the pull says when it stays."""

    name: str
    make: Callable[[Scenario], Break]
    passes: bool = True
    lasting: str | None = "failed"
    applies: Callable[[Scenario], bool] = lambda scenario: True
    takes_time: bool = False


def _says(status: int, body: Any = None, **headers: str) -> Callable[[Scenario], Break]:
    def make(scenario: Scenario) -> Break:
        def fault(wire: Wire, healthy: Any) -> bool:
            wire.send({"note": "fault"} if body is None else body, status, **headers)
            return True

        return fault

    return make


def _expired(scenario: Scenario) -> Break:
    status, body = scenario.expired
    return _says(status, body)(scenario)


def _on_wire(act: Callable[[Wire, bytes], None]) -> Callable[[Scenario], Break]:
    def make(scenario: Scenario) -> Break:
        def fault(wire: Wire, healthy: Any) -> bool:
            act(wire, json.dumps(healthy, ensure_ascii=False).encode())
            return True

        return fault

    return make


def _late(wire: Wire, raw: bytes) -> None:
    time.sleep(0.2)


def _reset(wire: Wire, raw: bytes) -> None:
    wire.send_raw(raw[: len(raw) // 2], 200, {"Content-Length": str(len(raw))})
    wire.reset()


def _drip(wire: Wire, raw: bytes) -> None:
    wire.send_raw(b"", 200, {"Content-Length": str(len(raw))})
    for byte in raw[:25]:
        wire.handler.wfile.write(bytes([byte]))
        wire.handler.wfile.flush()
        time.sleep(0.02)


def _cut_gzip(wire: Wire, raw: bytes) -> None:
    packed = gzip.compress(raw)
    cut = packed[: len(packed) // 2]
    wire.send_raw(cut, 200, {"Content-Length": str(len(cut)), "Content-Encoding": "gzip"})


def with_rows(scenario: Scenario, body: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """The body with other rows on the page."""
    path = scenario.endpoint.paging.rows
    if not path:
        return change(deepcopy(body))
    changed = deepcopy(body)
    *above, last = path.split(".")
    holder = dig(changed, ".".join(above)) if above else changed
    holder[last] = change(list(holder.get(last) or []))
    return changed


def _rows(change: Callable[[list[Any]], list[Any]]) -> Callable[[Scenario], Break]:
    """Rows of every page changed."""

    def make(scenario: Scenario) -> Break:
        def fault(wire: Wire, healthy: Any) -> bool:
            wire.send(with_rows(scenario, healthy, change))
            return True

        return fault

    return make


def _second(change: Callable[[Scenario, Any, Any, int], Any]) -> Callable[[Scenario], Break]:
    """The first page healthy; later ones changed by (scenario, first body, own body, number)."""

    def make(scenario: Scenario) -> Break:
        first: list[Any] = []

        def fault(wire: Wire, healthy: Any) -> bool:
            if not first or rows_of(scenario.endpoint.paging, healthy) == rows_of(scenario.endpoint.paging, first[0]):
                first[:] = [healthy]
                wire.send(healthy)
            else:
                wire.send(change(scenario, first[0], healthy, wire.number))
            return True

        return fault

    return make


def _repeated(scenario: Scenario, first: Any, own: Any, number: int) -> Any:
    return with_rows(scenario, own, lambda rows: rows_of(scenario.endpoint.paging, first))


def _overlapping(scenario: Scenario, first: Any, own: Any, number: int) -> Any:
    """The last row of the first page comes again at the head of the second; an empty page is the documented end and stays so."""
    return with_rows(scenario, own, lambda rows: rows and rows_of(scenario.endpoint.paging, first)[-1:] + rows)


def _emptied(scenario: Scenario, first: Any, own: Any, number: int) -> Any:
    return with_rows(scenario, own, lambda rows: [])


def _grown(scenario: Scenario, first: Any, own: Any, number: int) -> Any:
    path = scenario.endpoint.paging.total or ""
    changed = deepcopy(own)
    *above, last = path.split(".")
    holder = dig(changed, ".".join(above)) if above else changed
    holder[last] = int(holder[last]) + 1
    return changed


def _circle(scenario: Scenario, first: Any, own: Any, number: int) -> Any:
    """The first page's cursor again, below rows never seen."""
    mark = scenario.endpoint.paging.row_id or ""
    fresh = deepcopy(first)
    for n, row in enumerate(rows_of(scenario.endpoint.paging, fresh)):
        holder = dig(row, ".".join(mark.split(".")[:-1])) if "." in mark else row
        holder[mark.split(".")[-1]] = f"circle{number}{n}"
    return fresh


def _future(scenario: Scenario) -> Break:
    def change(rows: list[Any]) -> list[Any]:
        rows = deepcopy(rows)
        *above, last = (scenario.endpoint.row_date or "").split(".")
        for row in rows[:1]:
            holder = dig(row, ".".join(above)) if above else row
            holder[last] = "2999-12-31"
        return rows

    return _rows(change)(scenario)


def is_paged(scenario: Scenario) -> bool:
    """Whether the target has further pages at all."""
    return scenario.endpoint.paging.following is not one_page


HTML = b"<!doctype html><html><body>502 Bad Gateway</body></html>"
FAULTS = [
    Fault("token_expired", _expired, lasting="authorise"),
    Fault("http_403", _says(403), passes=False),
    Fault("http_404", _says(404), passes=False, lasting=None),
    Fault("http_429_retry_after", _says(429, Retry_After="1"), lasting="failed"),
    Fault("http_429_retry_after_date", _says(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")),
    Fault("http_429", _says(429)),
    Fault("http_500", _says(500)),
    Fault("http_502_html", _says(502, HTML, Content_Type="text/html")),
    Fault("http_503", _says(503)),
    Fault("read_timeout", _on_wire(_late), takes_time=True),
    Fault("reset_in_body", _on_wire(_reset)),
    Fault("slow_drip", _on_wire(_drip), takes_time=True),
    Fault("truncated_gzip", _on_wire(_cut_gzip)),
    Fault("invalid_json", _says(200, b'{"list": [')),
    Fault("not_a_number", _says(200, b'{"list": [{"value": NaN}]}')),
    Fault("html_with_200", _says(200, HTML, Content_Type="text/html")),
    Fault("repeated_page", _second(_repeated), applies=is_paged),
    Fault("empty_page", _second(_emptied), lasting=None, applies=is_paged),
    Fault("overlapping_pages", _second(_overlapping), lasting=None, applies=is_paged),
    Fault("cursor_circle", _second(_circle), passes=False, applies=lambda s: is_paged(s) and s.endpoint.paging.row_id is not None),
    Fault("total_changes", _second(_grown), applies=lambda s: is_paged(s) and s.endpoint.paging.total is not None),
    Fault("shuffled_order", _rows(lambda rows: rows[::-1]), lasting=None),
    Fault("future_dates", _future, passes=False, applies=lambda s: s.endpoint.row_date is not None),
]
