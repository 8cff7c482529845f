"""Workbooks and HTML tables under any name, with everything spreadsheets do to numbers, dates and sizes."""

from __future__ import annotations

import re
import struct
import zipfile
from datetime import datetime, time
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from pipelines.ingest.errors import FileProblem
from pipelines.ingest.spec import FormatSpec
from tests.unit.ingest.made_up import HEADER, ROW, ids_spec, posts_spec, read, reasons, table, write, write_xls, write_xlsx

ROWS = [HEADER, ROW, ["夏日上新", "2026-03-02 10:00:00", "5", "", "0.5", "3"]]


def _problem(path: Path, *specs: FormatSpec) -> str:
    with pytest.raises(FileProblem) as caught:
        read(path, *specs)
    return caught.value.code


def _repack(path: Path, change: dict[str, object], name: str = "changed.xlsx") -> Path:
    """The workbook with members replaced: a string replaces, a (pattern, text) pair substitutes, None removes."""
    target = path.with_name(name)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            data = old.read(member)
            if member in change:
                wanted = change[member]
                if wanted is None:
                    continue
                data = wanted.encode() if isinstance(wanted, str) else re.sub(wanted[0].encode(), wanted[1].encode(), data)  # type: ignore[index]
            new.writestr(member, data)
    return target


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("name", ["export.xlsx", "export.xls", "export.csv", "export", "报表[1].xlsx"])
def test_xlsx_under_any_name(tmp_path: Path, name: str) -> None:
    loaded = read(write_xlsx(tmp_path, {"Sheet1": ROWS}, name=name))
    assert table(loaded)["view_count"].to_list() == [1234, 5]
    assert table(loaded)["like_count"].to_list() == [56, None]
    assert loaded.manifest["encoding"] == "xlsx"


@pytest.mark.parametrize("name", ["export.xls", "export.xlsx", "export.csv"])
def test_excel_97_under_any_name(tmp_path: Path, name: str) -> None:
    loaded = read(write_xls(tmp_path, ROWS, name=name))
    assert table(loaded)["title"].to_list() == ["春日上新", "夏日上新"]
    assert loaded.manifest["encoding"] == "xls"


@pytest.mark.parametrize("name", ["export.xls", "export.xlsx", "export.csv", "export.html"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_html_tables_under_any_name(tmp_path: Path, name: str, encoding: str) -> None:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    page = f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body><table border="1">{body}</table></body></html>'
    loaded = read(write(tmp_path, page, name=name, encoding=encoding))
    assert table(loaded)["view_count"].to_list() == [1234, 5]


def test_text_under_a_workbooks_name(tmp_path: Path) -> None:
    text = "\n".join("\t".join(row) for row in ROWS)
    assert read(write(tmp_path, text, name="export.xls", encoding="utf-16")).manifest["rows_loaded"] == 2


def test_html_headers_over_two_rows_and_cells_over_several(tmp_path: Path) -> None:
    """The day's cell reaches over both header rows, a group's cell over its columns; a total reaches over two columns."""
    page = """<table><tr><th rowspan=2>标题</th><th rowspan="2">发布时间</th><th colspan="2">互动</th></tr>
        <tr><th>播放量</th><th>点赞</th></tr>
        <tr><td>甲</td><td>2026-03-01</td><td>5</td><td>1</td></tr>
        <tr><td rowspan=2>乙</td><td>2026-03-02</td><td>6</td><td>2</td></tr>
        <tr><td>2026-03-03</td><td>7</td><td>3</td></tr>
        <tr><td colspan="2">合计</td><td>18</td><td>6</td></tr></table>"""
    spec = posts_spec(drop_rows=[{"column": "标题", "equals": ["合计"]}])
    loaded = read(write(tmp_path, page), spec)
    assert table(loaded).select("title", "view_count", "like_count").rows() == [("甲", 5, 1), ("乙", 6, 2), ("乙", 7, 3)]
    assert set(reasons(loaded).values()) == {"total_row"}


def test_tables_that_lay_out_a_page_do_not_repeat_their_content(tmp_path: Path) -> None:
    inner = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    loaded = read(write(tmp_path, f"<html><table><tr><td><p>导出</p><table>{inner}</table></td></tr></table></html>"))
    assert loaded.manifest["rows_in"] == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<!DOCTYPE html><html><head><title>登录</title></head><body><form>请登录</form></body></html>", "html_page"),
        ("<html><table><tr><td>用户名</td><td>密码</td></tr></table></html>", "unknown_format"),
        ("<html></html>", "html_page"),
        ("<!DOCTYPE html>", "html_page"),
        ("<html><table></table></html>", "html_page"),
        ("<html><table><tr><td colspan=999999999 rowspan=999999999>x</td></tr></table></html>", "unknown_format"),
        ("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "html_page"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Table/></Workbook>', "xml_spreadsheet"),
        (
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><table><tr><td>&x;</td><td>1</td></tr></table></html>',
            "unknown_format",
        ),
        ('{"errcode": 40001, "errmsg": "invalid credential"}', "unknown_format"),
        ('{\n  "errcode": 40001,\n  "errmsg": "invalid credential"\n}', "bad_json"),
        ("[1, 2, 3]", "unknown_format"),
        ("Internal Server Error", "unknown_format"),
    ],
)
def test_pages_and_errors_saved_as_exports_are_refused(tmp_path: Path, content: str, code: str) -> None:
    assert _problem(write(tmp_path, content)) == code


def test_a_wrong_dimension_and_inline_strings(tmp_path: Path) -> None:
    """As writers in Go and JavaScript make them: the sheet claims to be A1, texts are in the cells, styles are missing."""
    path = write_xlsx(tmp_path, {"Sheet1": [HEADER]})
    cells = "".join(
        f'<row r="{r}">' + "".join(f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t>{v}</t></is></c>' for c, v in enumerate(row)) + "</row>"
        for r, row in enumerate(ROWS, start=1)
    )
    head = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1"/>'
    changed = _repack(path, {SHEET: f"{head}<sheetData>{cells}</sheetData></worksheet>", "xl/styles.xml": None})
    assert table(read(changed))["view_count"].to_list() == [1234, 5]


def test_row_numbers_are_those_of_the_sheet(tmp_path: Path) -> None:
    """Empty rows and columns before the table count as a person counts them."""
    shifted = [[], [], ["", "", "作品数据"], *[["", "", *row] for row in ROWS], ["", "", "坏", "x", "1", "", "", ""]]
    for path in (write_xlsx(tmp_path, {"Sheet1": shifted}), write_xls(tmp_path, shifted)):
        loaded = read(path)
        assert table(loaded)["row_number"].to_list() == [5, 6]
        assert reasons(loaded) == {7: "bad_value"}
        assert loaded.manifest["header_row"] == 4


def test_what_a_spreadsheet_makes_of_cells(tmp_path: Path) -> None:
    """Numbers, dates, times, percentages and errors as cells of their own kind mean what their text meant."""
    path = tmp_path / "resaved.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        moment, share, clock = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd hh:mm:ss", "0.00%", "[h]:mm:ss"))
        sheet.write_row(0, 0, HEADER)
        sheet.write(1, 0, "甲")
        sheet.write_datetime(1, 1, datetime(2026, 3, 1, 10, 30), moment)
        sheet.write_number(1, 2, 1234.0)
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        sheet.write_number(1, 4, 0.125, share)
        sheet.write_datetime(1, 5, time(0, 1, 23), clock)
        sheet.write_row(2, 0, [2026, 46082.4375, 1e6, 7, 0.1 + 0.2, 2.5])
    rows = table(read(path)).select("title", "published_at", "view_count", "like_count", "completion_rate", "average_watch_seconds").rows()
    assert [r[0] for r in rows] == ["甲", "2026"]
    assert [r[1].strftime("%m-%d %H:%M") for r in rows] == ["03-01 02:30", "03-01 02:30"]
    assert [r[2:] for r in rows] == [(1234, None, 0.125, 83.0), (1_000_000, 7, pytest.approx(0.3), 2.5)]


@pytest.mark.parametrize("number", ["7301234567890123456", "7.301234567890123E+18", "1.2E+17"])
def test_long_ids_that_are_numbers_in_the_sheet_are_damaged(tmp_path: Path, number: str) -> None:
    """A number of a sheet keeps 15 digits; the same digits as a text are an id."""
    path = write_xlsx(tmp_path, {"Sheet1": [["编号", "播放量"], ["7301234567890123456", 5], [42, 6], [0, 7]]})
    changed = _repack(path, {SHEET: (r"<v>0</v>(?=</c><c r=\"B4\")", f"<v>{number}</v>")})
    loaded = read(changed, ids_spec())
    assert reasons(loaded) == {4: "bad_value"}
    assert table(loaded)["platform_post_id"].to_list() == ["7301234567890123456", "42"]


def test_sheets_that_are_empty_hidden_or_charts_are_not_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("空").hide()
        sheet = book.add_worksheet("数据")
        for index, row in enumerate(ROWS):
            sheet.write_row(index, 0, row)
        book.add_worksheet("说明").write(0, 0, "数据截至昨日")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=数据!$C$2:$C$3"})
        book.add_chartsheet("图").set_chart(chart)
    loaded = read(path)
    assert loaded.manifest["rows_loaded"] == 2
    assert any("说明" in warning for warning in loaded.manifest["warnings"])


def test_tables_side_by_side_are_read_apart(tmp_path: Path) -> None:
    spec = FormatSpec(
        format_id="madeup.both",
        platform="madeup",
        label_zh="并排",
        label_en="Side by side",
        blocks=[  # type: ignore[arg-type]
            {
                "entity": "account_days",
                "header": {"required": ["日期", "播放量"]},
                "columns": [
                    {"to": "business_date", "from": "日期", "type": "date", "required": True},
                    {"to": "view_count", "from": "播放量", "type": "count"},
                ],
            },
            {
                "entity": "account_channel_days",
                "header": {"required": ["日期", "渠道", "人数"]},
                "columns": [
                    {"to": "business_date", "from": "日期", "type": "date", "required": True},
                    {"to": "channel", "from": "渠道"},
                    {"to": "viewer_count", "from": "人数", "type": "count"},
                ],
            },
        ],
    )
    rows = [["概况", "", "", "来源"], ["日期", "播放量", "", "日期", "渠道", "人数"], ["2026-03-01", 5, "", "2026-03-01", "全部", 3]]
    rows += [["", "", " ", "2026-03-01", "推荐", 2], ["", "", "", "", "", ""], ["", "", "", "2026-03-02", "搜索", 1]]
    loaded = read(write_xlsx(tmp_path, {"Sheet1": rows}), spec)
    assert {entity: frame.height for entity, frame in loaded.tables.items()} == {"account_days": 1, "account_channel_days": 3}
    assert reasons(loaded) == {5: "blank_row"}


def _encrypted(folder: Path) -> Path:
    """An Office file with a password is an OLE2 container with a stream EncryptedPackage instead of a Workbook."""
    book = xlwt.Workbook()
    book.add_sheet("S").write(0, 0, "x")
    path = folder / "locked.xlsx"
    book.save(str(path))
    old, new = ("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le"))
    data = bytearray(path.read_bytes())
    at = data.index(old + b"\x00\x00")
    data[at : at + 64] = new.ljust(64, b"\x00")
    data[at + 64 : at + 66] = struct.pack("<H", len(new) + 2)
    path.write_bytes(bytes(data))
    return path


def test_workbooks_nobody_can_open_are_refused(tmp_path: Path) -> None:
    good = write_xlsx(tmp_path, {"Sheet1": ROWS})
    data = good.read_bytes()
    assert _problem(write(tmp_path, data[: len(data) // 2], "cut.xlsx")) == "broken_workbook"
    assert _problem(write(tmp_path, b"PK\x03\x04 this is no zip", "fake.xlsx")) == "broken_workbook"
    assert _problem(write(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "fake.xls")) == "broken_workbook"
    assert _problem(_repack(good, {SHEET: "<worksheet><sheetData><row"})) in ("broken_workbook", "unknown_format")
    assert _problem(_repack(good, {"xl/workbook.xml": None})) == "broken_workbook"
    assert _problem(_encrypted(tmp_path)) in ("password", "broken_workbook")
    with zipfile.ZipFile(tmp_path / "files.zip", "w") as archive:
        archive.writestr("../../evil.csv", "标题,发布时间,播放量\n")
    assert _problem(tmp_path / "files.zip") == "not_a_workbook"


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    """Every single byte of the sheet may be wrong: the file is read or refused, the process stays up."""
    good = write_xlsx(tmp_path, {"Sheet1": ROWS}).read_bytes()
    with zipfile.ZipFile(tmp_path / "export.xlsx") as archive:
        info = archive.getinfo(SHEET)
    start = info.header_offset + 30 + len(SHEET)
    for offset in range(0, info.compress_size, 23):
        damaged = bytearray(good)
        damaged[start + offset] ^= 0xFF
        assert _problem(write(tmp_path, bytes(damaged), "damaged.xlsx")) == "broken_workbook"


def test_an_old_workbook_that_leads_in_circles_is_refused(tmp_path: Path) -> None:
    """A sector that follows itself never ends; read in this process it would take all memory."""
    path = write_xls(tmp_path, ROWS)
    data = bytearray(path.read_bytes())
    (table_sector,) = struct.unpack_from("<I", data, 76)
    (directory,) = struct.unpack_from("<I", data, 48)
    struct.pack_into("<I", data, 512 * (table_sector + 1) + 4 * directory, directory)
    path.write_bytes(bytes(data))
    assert _problem(path) == "broken_workbook"


def test_an_old_workbook_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.old_workbook.MAX_SECONDS", 0.001)
    assert _problem(write_xls(tmp_path, ROWS)) == "broken_workbook"


def test_properties_that_cannot_be_read_do_not_matter(tmp_path: Path) -> None:
    good = write_xlsx(tmp_path, {"Sheet1": ROWS})
    with zipfile.ZipFile(good) as archive:
        info = archive.getinfo("docProps/core.xml")
    data = bytearray(good.read_bytes())
    data[info.header_offset + 30 + len("docProps/core.xml") + 20] ^= 0xFF
    loaded = read(write(tmp_path, bytes(data), "damaged.xlsx"))
    assert (loaded.manifest["rows_loaded"], loaded.manifest["captured_at_basis"]) == (2, "file_time")


def test_a_cell_far_out_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "sparse.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for index, row in enumerate(ROWS):
            sheet.write_row(index, 0, row)
        sheet.write(1_048_575, 16_383, "x")
    assert _problem(path) == "too_large"


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.ingest.workbooks.MAX_UNZIPPED_BYTES", 100_000)
    path = write_xlsx(tmp_path, {"Sheet1": ROWS})
    bomb = _repack(path, {SHEET: "<worksheet>" + " " * 200_000 + "</worksheet>"})
    assert _problem(bomb) == "too_large"
    assert read(path).manifest["rows_loaded"] == 2


def test_entities_of_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path, {"Sheet1": ROWS})
    head = '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with zipfile.ZipFile(path) as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
    evil = head + re.sub(r"^<\?xml.*?\?>", "", strings).replace("春日上新", "&x;")
    try:
        loaded = read(_repack(path, {"xl/sharedStrings.xml": evil}))
    except FileProblem as problem:
        assert problem.code == "broken_workbook"
    else:
        assert "root:" not in "".join(t or "" for t in table(loaded)["title"])
