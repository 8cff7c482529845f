"""Kinds of malformed workbook: what spreadsheets, odd writers and people who mean harm make of a table."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt

from tests.faults.kind import HEADER, ROW_A, ROW_B, A, B, Kind, Loaded, refused
from tests.unit.ingest.made_up import csv_text, write_xls, write_xlsx

TWO = [HEADER, A, B]
WIDER = [[*HEADER, "心情"], [*A, "好"], [*B, ""]]
BOTH = Loaded(2, [ROW_A, ROW_B])
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
MEGABYTE = 1024**2
Member = bytes | Callable[[bytes], bytes] | Iterator[bytes] | None


def plain(path: Path) -> None:
    write_xlsx(path.parent, {"Sheet1": TWO}, path.name)


def repacked(path: Path, changes: dict[str, Any]) -> None:
    """A plain workbook with members replaced (bytes or pieces), changed (a function) or left out (None)."""
    plain(path)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*members, *changes]):
            change: Member = changes.get(name, members.get(name))
            if callable(change):
                change = change(members[name])
            if isinstance(change, bytes):
                new.writestr(name, change)
            elif change is not None:
                with new.open(name, "w", force_zip64=True) as stream:
                    for piece in change:
                        stream.write(piece)


def _repacked(changes: Callable[[], dict[str, Any]]) -> Callable[[Path], None]:
    return lambda path: repacked(path, changes())


def _inline(rows: list[list[str]], references: bool) -> bytes:
    """A sheet as writers in Go and Java make it: texts in the cells, with or without saying where they are."""
    lines = []
    for r, row in enumerate(rows, start=1):
        places = [f' r="{chr(65 + c)}{r}"' if references else "" for c in range(len(row))]
        cells = "".join(f'<c{place} t="inlineStr"><is><t>{value}</t></is></c>' for place, value in zip(places, row, strict=True))
        place = f' r="{r}"' if references else ""
        lines.append(f"<row{place}>{cells}</row>")
    body = "".join(lines)
    return f'<?xml version="1.0"?><worksheet {NAMESPACE}><dimension ref="A1"/><sheetData>{body}</sheetData></worksheet>'.encode()


def _shared(rows: bytes) -> bytes:
    return f'<?xml version="1.0"?><worksheet {NAMESPACE}><sheetData>'.encode() + rows + b"</sheetData></worksheet>"


def _repeat(head: bytes, piece: bytes, times: int, tail: bytes) -> Iterator[bytes]:
    yield head
    for _ in range(times):
        yield piece
    yield tail


def _long_string() -> dict[str, Any]:
    """One text of 400 MB that packs to a few hundred kilobytes."""
    return {STRINGS: _repeat(f"<sst {NAMESPACE}><si><t>".encode(), b"x" * MEGABYTE, 400, b"</t></si></sst>")}


def _many_strings() -> dict[str, Any]:
    """Texts of the size a cell may have, 400 MB of them."""
    piece = (b"<si><t>" + b"x" * 32_000 + b"</t></si>") * 32
    return {STRINGS: _repeat(f"<sst {NAMESPACE}>".encode(), piece, 400, b"</sst>")}


def _many_rows() -> dict[str, Any]:
    """A sheet of 600 MB whose every row says the same."""
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * 1000 + b"</t></is></c></row>"
    return {SHEET: _repeat(_shared(b"").removesuffix(b"</sheetData></worksheet>"), row * 600, 1000, b"</sheetData></worksheet>")}


def _far(row: int | None, cell: str, quote: str = '"') -> Callable[[], dict[str, Any]]:
    """A sheet with its first cell and one far out; the rows need not say their numbers."""
    first, last = ('<row r="1">', f'<row r="{row}">') if row else ("<row>", "<row>")
    cells = f'{first}<c r="A1"><v>1</v></c></row>{last}<c r="{cell}"><v>1</v></c></row>'
    return lambda: {SHEET: _shared(cells.replace('"', quote).encode())}


def _laughs(text: bytes) -> bytes:
    """A billion laughs in the shared strings."""
    tens = [f"&l{n - 1};" * 10 for n in range(1, 10)]
    levels = "".join(f'<!ENTITY l{n} "{ten}">' for n, ten in enumerate(tens, start=1))
    head = f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY l0 "lol">{levels}]>'.encode()
    return head + re.sub(rb"^<\?xml.*?\?>", b"", text).replace("春日上新".encode(), b"&l9;")


def _external(text: bytes) -> bytes:
    head = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return head + re.sub(rb"^<\?xml.*?\?>", b"", text).replace("春日上新".encode(), b"&x;")


def _book(build: Callable[[Any, Any], None], **options: Any) -> Callable[[Path], None]:
    """A workbook that `build(book, sheet)` fills, the two rows already in it."""

    def make(path: Path) -> None:
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, **options}) as book:
            sheet = book.add_worksheet("数据")
            for index, row in enumerate(TWO):
                sheet.write_row(index, 0, row)
            build(book, sheet)

    return make


def _merged(book: Any, sheet: Any) -> None:
    """One title over two rows: the second row has none of its own."""
    sheet.merge_range(1, 0, 2, 0, "春日上新", book.add_format({"bold": True}))


def _hidden(book: Any, sheet: Any) -> None:
    other = book.add_worksheet("旧")
    for index, row in enumerate([HEADER, ["藏起来的", *A[1:]]]):
        other.write_row(index, 0, row)
    other.hide()


def _formulas(book: Any, sheet: Any) -> None:
    sheet.write_formula(1, 2, "=617*2", None, 1234)
    sheet.write_formula(2, 2, "=2+3", None, 5)


def _errors(book: Any, sheet: Any) -> None:
    sheet.write_formula(1, 2, "=Sheet9!A1", None, "#REF!")


def _two_headers(book: Any, sheet: Any) -> None:
    for index, row in enumerate([["作品", "", "数据", "", "", ""], *TWO]):
        sheet.write_row(index, 0, [str(cell) or " " for cell in row])


def _dates(year_1904: bool) -> Callable[[Path], None]:
    def fill(book: Any, sheet: Any) -> None:
        shown = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_datetime(1, 1, datetime(2026, 3, 1, 10), shown)
        sheet.write_datetime(2, 1, datetime(2026, 3, 2, 10), shown)

    return _book(fill, date_1904=year_1904)


def _chart(book: Any, sheet: Any) -> None:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=数据!$C$2:$C$3"})
    book.add_chartsheet("图").set_chart(chart)


def _number_ids(path: Path) -> None:
    """An id of 19 digits as a number: the sheet keeps fifteen of them."""
    write_xlsx(path.parent, {"S": [["演练编号", "播放量"], [7301234567890123456, 5], ["7301234567890123457", 6]]}, path.name)


def _macro(path: Path) -> None:
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    repacked(
        path,
        {
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 not read by anybody",
            "[Content_Types].xml": lambda t: t.replace(kind, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        },
    )


def _encrypted(path: Path) -> None:
    """An Office file with a password is an OLE2 container with a stream EncryptedPackage instead of a Workbook."""
    write_xls(path.parent, TWO, path.name)
    data = bytearray(path.read_bytes())
    old, new = ("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le"))
    at = data.index(old + b"\x00\x00")
    data[at : at + 64] = new.ljust(64, b"\x00")
    data[at + 64 : at + 66] = struct.pack("<H", len(new) + 2)
    path.write_bytes(bytes(data))


def _far_in_an_old_workbook(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for r, row in enumerate(TWO):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    sheet.write(65_535, 255, "x")
    book.save(str(path))


def _cut(share: float) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        plain(path)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    return make


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


XML_SPREADSHEET = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
HTML_TABLE = "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in TWO) + "</table>"
HTML_WIDE = "<html><table><tr>" + "<td colspan=500>x</td>" * 40_000 + "</tr></table></html>"
HTML_TALL = "<html><table><tr>" + "<td>x</td>" * 10_000 + "</tr>" + "<tr></tr>" * 50_000 + "</table></html>"
HTML_DEEP = "<html>" + "<div>" * 100_000 + "<table><tr><td>x</td></tr></table></html>"

DANGEROUS = [
    Kind("cells-a1-and-xfd1048576", "corner.xlsx", _repacked(_far(1048576, "XFD1048576")), refused("too_large")),
    Kind("far-cell-without-row-numbers", "corner2.xlsx", _repacked(_far(None, "XFD1048576")), refused("too_large")),
    Kind(
        "far-cell-beyond-the-sheet",
        "corner3.xlsx",
        _repacked(_far(4_000_000_000, "ZZZ4000000000")),
        refused("too_large", "broken_workbook"),
    ),
    Kind("far-cell-with-single-quotes", "corner4.xlsx", _repacked(_far(1048576, "XFD1048576", quote="'")), refused("too_large")),
    Kind("19-million-empty-cells", "corner5.xlsx", _repacked(_far(1048576, "R1048576")), refused("too_large")),
    Kind("far-cell-of-an-old-workbook", "corner.xls", _far_in_an_old_workbook, refused("broken_workbook", "too_large")),
    Kind("a-text-of-400-mb", "string.xlsx", _repacked(_long_string), refused("too_large")),
    Kind("400-mb-of-texts", "strings.xlsx", _repacked(_many_strings), refused("too_large")),
    Kind("600-mb-of-rows", "rows.xlsx", _repacked(_many_rows), refused("too_large")),
    Kind("a-billion-laughs", "laughs.xlsx", _repacked(lambda: {STRINGS: _laughs}), refused("broken_workbook", "not_a_workbook")),
    Kind("html-20-million-columns", "wide.html", _bytes(HTML_WIDE.encode()), refused("too_large")),
    Kind("html-500-million-cells", "tall.html", _bytes(HTML_TALL.encode()), refused("too_large")),
    Kind("html-100000-deep", "deep.html", _bytes(HTML_DEEP.encode()), refused("html_page", "unknown_format")),
]
KINDS = [
    Kind("plain-workbook", "plain.xlsx", plain, BOTH),
    Kind("external-entity", "entity.xlsx", _repacked(lambda: {STRINGS: _external}), refused("broken_workbook")),
    Kind("cells-without-references", "bare.xlsx", _repacked(lambda: {SHEET: _inline(TWO, references=False)}), BOTH),
    Kind("wrong-dimension-and-inline-texts", "inline.xlsx", _repacked(lambda: {SHEET: _inline(TWO, references=True), STRINGS: None}), BOTH),
    Kind("merged-cells", "merged.xlsx", _book(_merged), Loaded(2, [ROW_A, (None, 5)])),
    Kind("hidden-sheet", "hidden.xlsx", _book(_hidden), Loaded(3, [ROW_A, ("藏起来的", 1234), ROW_B])),
    Kind("formulas-with-values", "formulas.xlsx", _book(_formulas), BOTH),
    Kind("reference-errors", "errors.xlsx", _book(_errors), Loaded(2, [("春日上新", None), ROW_B])),
    Kind("dates-of-1904", "1904.xlsx", _dates(True), BOTH),
    Kind("dates-as-dates", "1900.xlsx", _dates(False), BOTH),
    Kind("two-header-rows", "headers.xlsx", _book(_two_headers), BOTH),
    Kind("a-sheet-that-is-a-chart", "chart.xlsx", _book(_chart), BOTH),
    Kind("ids-as-numbers", "ids.xlsx", _number_ids, Loaded(2, [("7301234567890123457", 6)], rejected={2: "bad_value"})),
    Kind("macros", "macro.xlsm", _macro, BOTH),
    Kind("encrypted", "locked.xlsx", _encrypted, refused("password", "broken_workbook")),
    Kind("excel-97", "old.xls", lambda path: write_xls(path.parent, TWO, path.name), BOTH),
    Kind("excel-97-under-a-new-name", "old.xlsx", lambda path: write_xls(path.parent, WIDER, path.name), BOTH),
    Kind("workbook-called-csv", "renamed.csv", lambda path: write_xlsx(path.parent, {"另": TWO}, path.name), BOTH),
    Kind("csv-called-workbook", "renamed.xlsx", _bytes(csv_text(TWO).encode()), BOTH),
    Kind("workbook-cut-off", "cut.xlsx", _cut(0.6), refused("broken_workbook")),
    Kind("workbook-without-its-list-of-sheets", "nobook.xlsx", _repacked(lambda: {BOOK: None}), refused("broken_workbook")),
    Kind("sheet-cut-off", "cutsheet.xlsx", _repacked(lambda: {SHEET: lambda t: t[: len(t) // 2]}), refused("broken_workbook")),
    Kind(
        "texts-missing",
        "notexts.xlsx",
        _repacked(lambda: {STRINGS: f"<sst {NAMESPACE}/>".encode()}),
        refused("broken_workbook", "unknown_format"),
    ),
    Kind("empty-sheet", "nothing.xlsx", _repacked(lambda: {SHEET: _shared(b"")}), refused("unknown_format")),
    Kind("html-table-called-xls", "table.xls", _bytes(HTML_TABLE.encode("gb18030")), BOTH),
    Kind("xml-spreadsheet", "xml.xls", _bytes(XML_SPREADSHEET), refused("xml_spreadsheet")),
    *DANGEROUS,
]
