"""Kinds of malformed zip and JSON."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.kind import Kind, Loaded, refused
from tests.faults.malformed_workbooks import SHEET, plain
from tests.unit.ingest.made_up import csv_text

CSV = csv_text([["演练标题"], ["x"]])
EVENT = {"drill_user": "u1", "name": "view", "at": "2026-03-01 10:00:00", "props": {"amount": 1.5}}
ROW = ("view", 1.5)


def _zip(**members: str | bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return make


def _link(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")


def _many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"{number}.csv", CSV)


def _nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", CSV)
    _zip(**{"inner.zip": inner.getvalue()})(path)


def _twice(path: Path) -> None:
    """A workbook with two sheets of one name in the zip: readers disagree on which is meant."""
    plain(path)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(SHEET)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(SHEET), sheet.replace(b"</sheetData>", b'<row r="4"/></sheetData>'))


def _cut(path: Path) -> None:
    _zip(**{"a.csv": CSV * 100})(path)
    path.write_bytes(path.read_bytes()[:-30])


def _ratio(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/zero.bin", "w", force_zip64=True) as stream:
        for _ in range(1100):
            stream.write(bytes(1024**2))


def _lines(*lines: Any) -> bytes:
    return "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines).encode()


def _json(name: str, data: bytes, outcome: Any) -> Kind:
    return Kind(name, f"{name}.jsonl", lambda path: path.write_bytes(data), outcome)


def _event(**changes: Any) -> dict[str, Any]:
    return {**EVENT, **changes}


DEEP = '{"drill_user":"u1","name":"view","at":"2026-03-01 10:00:00","props":' + '{"a":' * 5_000 + "1" + "}" * 5_000 + "}"
DEEPER = '{"a":' * 200_000 + "1" + "}" * 200_000

DANGEROUS = [
    Kind("zip-of-1000-to-1", "ratio.zip", _ratio, refused("too_large", "not_a_workbook")),
    _json("json-5000-deep", _lines(DEEP, EVENT), refused("bad_json", "unreadable", "unknown_format")),
    _json("json-200000-deep", _lines(DEEPER), refused("bad_json", "unreadable", "unknown_format")),
]
KINDS = [
    Kind("zip-of-a-csv", "csv.zip", _zip(**{"a.csv": CSV}), refused("not_a_workbook")),
    Kind("zip-that-climbs-out", "climb.zip", _zip(**{"../../evil.csv": CSV}), refused("not_a_workbook")),
    Kind("zip-with-absolute-names", "absolute.zip", _zip(**{"/etc/cron.d/evil": CSV}), refused("not_a_workbook")),
    Kind("zip-with-a-link", "link.zip", _link, refused("broken_workbook", "unknown_format")),
    Kind("zip-of-10000-files", "many.zip", _many, refused("not_a_workbook")),
    Kind("zip-within-a-zip", "nested.zip", _nested, refused("not_a_workbook")),
    Kind("zip-cut-off", "cut.zip", _cut, refused("broken_workbook")),
    Kind("sheet-twice-in-the-zip", "twice.xlsx", _twice, refused("broken_workbook")),
    _json("plain-json-lines", _lines(EVENT), Loaded(1, [ROW])),
    _json("json-with-mark", b"\xef\xbb\xbf" + _lines(EVENT), Loaded(1, [ROW])),
    _json("json-array", json.dumps([EVENT]).encode(), refused("unknown_format", "bad_json")),
    _json("json-over-several-lines", json.dumps(EVENT, indent=1).encode(), refused("bad_json")),
    _json("json-line-cut-off", _lines(EVENT) + b'{"drill_user": "u2", "na', Loaded(2, [ROW], rejected={2: "bad_json"})),
    _json(
        "json-lines-of-other-kinds",
        _lines(EVENT, "[1]", "null", "", "42"),
        Loaded(5, [ROW], rejected={2: "bad_json", 3: "bad_json", 4: "blank_row", 5: "bad_json"}),
    ),
    _json(
        "json-nan",
        _lines(EVENT, '{"drill_user": "u2", "name": "view", "at": "2026-03-01 10:00:00", "props": {"amount": NaN}}'),
        Loaded(2, [ROW, ("view", None)]),
    ),
    _json(
        "json-number-beyond-all",
        _lines(EVENT, _event(at="2026-03-02 10:00:00", props={"amount": "1e999"})),
        Loaded(2, [ROW], rejected={2: "bad_value"}),
    ),
    _json("json-object-where-a-text-should-be", _lines(EVENT, _event(at={"day": 1})), Loaded(2, [ROW], rejected={2: "bad_value"})),
    _json("json-key-missing", _lines(EVENT, {"drill_user": "u2", "name": "view"}), Loaded(2, [ROW], rejected={2: "missing_value"})),
    _json("json-same-line-twice", _lines(EVENT, EVENT), Loaded(2, [ROW], duplicate=1)),
    *DANGEROUS,
]
