"""Kinds of malformed delimited text."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from tests.faults.kind import HEADER, ROW_A, ROW_B, A, B, Kind, Loaded, refused
from tests.unit.ingest.made_up import csv_text

TWO = [HEADER, A, B]
BOTH = Loaded(2, [ROW_A, ROW_B])


def _with(**cells: str) -> list[str]:
    """Row A with cells changed."""
    return [cells.get(name, value) for name, value in zip(HEADER, A, strict=True)]


def _kind(name: str, content: list[list[Any]] | str | bytes, outcome: Any, file: str | None = None, encoding: str = "utf-8") -> Kind:
    text = csv_text(content) if isinstance(content, list) else content
    data = text.encode(encoding) if isinstance(text, str) else text

    def make(path: Path) -> None:
        path.write_bytes(data)

    return Kind(name, file or f"{name}.csv", make, outcome)


TEXT = csv_text(TWO)
BYTES = TEXT.encode()
LOGIN = "<!DOCTYPE html><html><head><title>登录</title></head><body><form>请登录后下载</form></body></html>"
IDS = "演练编号,播放量\r\n"

KINDS = [
    # encodings
    _kind("gb18030", TEXT, BOTH, encoding="gb18030"),
    _kind("utf8-bom", "\ufeff" + TEXT, BOTH),
    _kind("utf16-le", "\ufeff" + TEXT, BOTH, encoding="utf-16-le"),
    _kind("utf16-be", "\ufeff" + TEXT, BOTH, encoding="utf-16-be"),
    _kind("utf16-without-mark", TEXT, refused("not_a_table"), encoding="utf-16-le"),
    _kind("utf16-cut-in-a-character", ("\ufeff" + TEXT).encode("utf-16-le")[:-1], refused("unknown_encoding")),
    _kind("mojibake", [HEADER, _with(演练标题="锟斤拷锟斤拷"), B], refused("mojibake")),
    _kind(
        "latin-1",
        BYTES + "Café,2026-03-03,5,1,0.1,2\r\n".encode("latin-1"),
        Loaded(3, [ROW_A, ROW_B, ("Caf\ufffd", 5)], warning="damaged_text"),
    ),
    _kind("two-encodings", BYTES + csv_text([_with(演练标题="秋日上新")]).encode("gb18030"), refused("unknown_encoding", "mojibake")),
    # nothing in it, or something else
    _kind("empty", "", refused("empty_file")),
    _kind("only-blanks", " \r\n\t\r\n", refused("empty_file")),
    _kind("only-nul", bytes(4096), refused("empty_file")),
    _kind("header-only", [HEADER], refused("no_rows")),
    _kind("login-page", LOGIN, refused("html_page")),
    _kind("json-error", '{"errcode": 40001, "errmsg": "invalid credential"}', refused("unknown_format")),
    _kind("json-error-on-lines", '{\n "errcode": 40001\n}', refused("bad_json")),
    _kind("gateway-error", "502 Bad Gateway", refused("unknown_format")),
    _kind("gzip", gzip.compress(BYTES * 50), refused("not_a_table")),
    _kind("picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, refused("not_a_table")),
    _kind("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 40, refused("not_a_table")),
    # cut off
    _kind("cut-in-a-row", BYTES[:-16], Loaded(2, [ROW_A], rejected={3: "wrong_length"})),
    _kind("cut-in-a-character", BYTES[: BYTES.index("夏".encode()) + 2], Loaded(2, [ROW_A], rejected={3: "wrong_length"})),
    _kind("cut-at-a-line-end", BYTES[: BYTES.index("夏".encode())], Loaded(1, [ROW_A])),
    _kind("cut-in-a-quoted-cell", TEXT + '"秋日\n上新', Loaded(4, [ROW_A, ROW_B], rejected={4: "wrong_length", 5: "wrong_length"})),
    _kind("first-line-lost", [A, B, HEADER], Loaded(2, [], rejected={1: "above_header", 2: "above_header"})),
    # columns
    _kind("extra-column", [[*HEADER, "心情"], [*A, "好"], [*B, ""]], Loaded(2, [ROW_A, ROW_B], extra="好")),
    _kind("column-missing", [HEADER[:2] + HEADER[3:], A[:2] + A[3:]], refused("unknown_format", says="播放量")),
    _kind("optional-column-missing", [HEADER[:3], A[:3], B[:3]], BOTH),
    _kind("columns-reordered", [row[::-1] for row in TWO], BOTH),
    _kind("column-renamed", [[*HEADER[:2], "播放次数", *HEADER[3:]], A], refused("unknown_format", says="播放次数")),
    _kind("column-twice", [[*HEADER, "播放量"], [*A, "999"], [*B, "998"]], Loaded(2, [ROW_A, ROW_B], extra="999")),
    _kind("column-without-name", [[*HEADER, ""], [*A, "x"], [*B, ""]], Loaded(2, [ROW_A, ROW_B], extra="x")),
    _kind("header-repeated", [HEADER, A, HEADER, B], Loaded(3, [ROW_A, ROW_B], rejected={3: "repeated_header"})),
    _kind("preamble", "作品数据导出\r\n账号：青禾\r\n\r\n" + TEXT, BOTH),
    _kind(
        "100000-columns",
        ",".join([*HEADER, *(f"x{i}" for i in range(100_000))]) + "\r\n" + ",".join(A) + "," * 100_000 + "\r\n",
        refused("unknown_format", "too_large"),
    ),
    # rows
    _kind("comma-unquoted", TEXT + "秋,日,2026-03-03 10:00:00,7,1,0.5,3\r\n", Loaded(3, [ROW_A, ROW_B], rejected={4: "wrong_length"})),
    _kind("newline-in-quotes", [HEADER, _with(演练标题="两\n行"), B], Loaded(2, [("两\n行", 1234), ROW_B])),
    _kind(
        "quote-never-closed",
        ",".join(HEADER) + '\n"开着,2026-03-01,7,1,0.5,3\n' + ",".join(B) + "\n",
        Loaded(2, [('"开着', 7), ROW_B]),
    ),
    _kind("total-row", [*TWO, ["合计", "", "1239", "57", "", ""]], Loaded(3, [ROW_A, ROW_B], rejected={4: "total_row"})),
    _kind(
        "blank-rows", TEXT.replace("\r\n夏", "\r\n\r\n,,,,,\r\n夏"), Loaded(4, [ROW_A, ROW_B], rejected={3: "blank_row", 4: "blank_row"})
    ),
    _kind("rows-twice", [*TWO, A, B, A], Loaded(5, [ROW_A, ROW_B], duplicate=3)),
    _kind("same-post-other-figures", [*TWO, _with(播放量="9")], Loaded(3, [ROW_A, ROW_B], rejected={4: "ambiguous_key"})),
    _kind("carriage-returns-only", TEXT.replace("\r\n", "\r"), BOTH),
    _kind("mixed-line-ends", TEXT.replace("\r\n", "\n", 1), BOTH),
    _kind("tabs", csv_text(TWO, delimiter="\t"), BOTH, file="tabs.xls"),
    _kind("semicolons-with-sep-line", "sep=;\r\n" + csv_text(TWO, delimiter=";"), BOTH),
    _kind("nul-in-a-cell", TEXT.replace("夏日", "夏\x00日"), refused("not_a_table")),
    _kind("one-cell-of-3-mb", [HEADER, _with(演练标题="长" * 1_000_000), B], Loaded(2, [("长" * 1_000_000, 1234), ROW_B])),
    # values
    _kind("ten-thousands", [HEADER, _with(播放量="1.2万")], Loaded(1, [("春日上新", 12_000)])),
    _kind("dashes", [HEADER, _with(播放量="--", 点赞="-")], Loaded(1, [("春日上新", None)])),
    _kind("thousands", [HEADER, _with(播放量="1,234,567")], Loaded(1, [("春日上新", 1_234_567)])),
    _kind("german-thousands", [HEADER, _with(播放量="1.234"), B], Loaded(2, [ROW_B], rejected={2: "bad_value"})),
    _kind("percent-signs", [HEADER, _with(完播率="12.5%")], Loaded(1, [ROW_A])),
    _kind("percent-beyond-reason", [HEADER, _with(完播率="63"), B], Loaded(2, [ROW_B], rejected={2: "bad_value"})),
    _kind("negative-count", [HEADER, _with(播放量="-5"), B], Loaded(2, [ROW_B], rejected={2: "bad_value"})),
    _kind("full-width-digits", [HEADER, _with(播放量="１２３４")], Loaded(1, [ROW_A])),
    _kind("superscript-digits", [HEADER, _with(播放量="10²"), B], Loaded(2, [ROW_B], rejected={2: "bad_value"})),
    _kind("number-beyond-64-bits", [HEADER, _with(播放量="99999999999999999999"), B], Loaded(2, [ROW_B], rejected={2: "bad_value"})),
    _kind("infinity", [HEADER, _with(播放量="inf", 完播率="Infinity"), B], Loaded(2, [ROW_B], rejected={2: "bad_value"})),
    _kind("no-such-day", [HEADER, _with(演练时间="2026-02-30 10:00:00"), B], Loaded(2, [ROW_B], rejected={2: "bad_value"})),
    _kind("day-or-month-first", [HEADER, _with(演练时间="01/08/2026"), B], Loaded(2, [ROW_B], rejected={2: "bad_value"})),
    _kind("date-missing", [HEADER, _with(演练时间=""), B], Loaded(2, [ROW_B], rejected={2: "missing_value"})),
    _kind(
        "invisible-letters",
        [HEADER, _with(播放量="\u200b1234\ufeff", 演练标题="\u202e春日\u202c")],
        Loaded(1, [("\u202e春日\u202c", 1234)]),
    ),
    _kind("formula", [HEADER, _with(演练标题="=cmd|'/c calc'!A0")], Loaded(1, [("=cmd|'/c calc'!A0", 1234)])),
    _kind("lone-surrogate", BYTES.replace("夏".encode(), b"\xed\xa0\x80"), refused("unknown_encoding", "mojibake")),
    _kind(
        "ids-in-scientific-notation",
        IDS + "7.3E+18,5\r\n7301234567890123456,6\r\n",
        Loaded(2, [("7301234567890123456", 6)], rejected={2: "bad_value"}),
    ),
    _kind(
        "ids-that-lost-digits",
        IDS + "7301234567890120000,5\r\n7301234567890190000,6\r\n",
        Loaded(2, [], rejected={2: "bad_value", 3: "bad_value"}),
    ),
    _kind(
        "ids-wrapped",
        IDS + '"=""7301234567890123456""",6\r\n\'7301234567890123457,7\r\n',
        Loaded(2, [("7301234567890123456", 6), ("7301234567890123457", 7)]),
    ),
]
