"""Writing files byte for byte as a writer would, and the same bytes each time: csv, xlsx by four writers, BIFF .xls, HTML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from string import ascii_uppercase

import numpy as np
import polars as pl

BOM = b"\xef\xbb\xbf"
_EPOCH_ZIP = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DOC_TYPE = "application/vnd.openxmlformats"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def names(header: str) -> list[str]:
    """The columns of a header that is written with commas."""
    return header.split(",")


def csv_lines(frame: pl.DataFrame, quote: Sequence[str] | bool = (), separator: str = ",") -> list[str]:
    """Header and rows as CSV records. Columns in `quote` (True: all, header too) are always quoted, others only where they must be."""
    everything = quote is True
    quoted = set(frame.columns) if everything else set(quote if not isinstance(quote, bool) else ())
    first = separator.join(_quoted(n) if everything or any(c in n for c in f'{separator}"\n') else n for n in frame.columns)
    if frame.is_empty():
        return [first]
    cells = []
    for column in frame.columns:
        text = pl.col(column).cast(pl.String).fill_null("")
        in_quotes = pl.lit('"') + text.str.replace_all('"', '""', literal=True) + pl.lit('"')
        must = text.str.contains(f'[{separator}"\r\n]')
        cells.append(in_quotes if column in quoted else pl.when(must).then(in_quotes).otherwise(text))
    return [first, *frame.select(pl.concat_str(cells, separator=separator)).to_series().to_list()]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def text_bytes(lines: Sequence[str], newline: str = "\n", bom: bool = False, encoding: str = "utf-8") -> bytes:
    """The lines as a text file that ends with a newline."""
    return (BOM if bom else b"") + (newline.join(lines) + newline).encode(encoding)


# -- xlsx ---------------------------------------------------------------------------------------------------------------------


def _letters(count: int) -> list[str]:
    return [ascii_uppercase[i] if i < 26 else ascii_uppercase[i // 26 - 1] + ascii_uppercase[i % 26] for i in range(count)]


def _escaped(text: pl.Expr) -> pl.Expr:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.str.replace_all(sign, entity, literal=True)
    return text


def _string_cell(text: pl.Expr, writer: str) -> tuple[str, pl.Expr]:
    """Cell attributes and inner XML of a text cell, in the words of a writer."""
    if writer == "sheetjs":
        return ' t="str"', pl.lit("<v>") + _escaped(text) + pl.lit("</v>")
    return ' t="inlineStr"', pl.lit('<is><t xml:space="preserve">') + _escaped(text) + pl.lit("</t></is>")


def sheet_xml(frame: pl.DataFrame, writer: str, shared: Mapping[str, int] | None = None, banner: str | None = None) -> str:
    """One worksheet. Text columns become text cells, numbers become numbers, NULL becomes no cell."""
    shift = 1 if banner else 0
    rows = frame.with_row_index("_row", offset=2 + shift)
    number = pl.col("_row").cast(pl.String)
    cells = []
    for letter, (name, dtype) in zip(_letters(frame.width), frame.schema.items(), strict=True):
        column = pl.col(name)
        if dtype != pl.String:
            kind, inner = "", pl.lit("<v>") + column.cast(pl.String) + pl.lit("</v>")
        elif shared is not None:
            index = column.replace_strict(dict(shared), return_dtype=pl.Int64, default=None)
            kind, inner = ' t="s"', pl.lit("<v>") + index.cast(pl.String) + pl.lit("</v>")
        else:
            kind, inner = _string_cell(column, writer)
        cell = pl.lit(f'<c r="{letter}') + number + pl.lit(f'"{kind}>') + inner + pl.lit("</c>")
        cells.append(cell.fill_null(""))
    body = rows.select(pl.lit('<row r="') + number + pl.lit('">') + pl.concat_str(cells) + pl.lit("</row>")).to_series().str.join("")[0]
    head = _text_row(frame.columns, 1 + shift, writer, shared)
    top = _text_row([banner] * frame.width, 1, writer, shared) if banner else ""
    merged = f'<mergeCells count="1"><mergeCell ref="A1:{_letters(frame.width)[-1]}1"/></mergeCells>' if banner else ""
    extent = f"A1:{_letters(frame.width)[-1]}{frame.height + 1 + shift}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{_MAIN}"><dimension ref="{extent}"/>'
        f'<sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetData>{top}{head}{body or ""}</sheetData>{merged}</worksheet>'
    )


def _text_row(values: Sequence[str], row: int, writer: str, shared: Mapping[str, int] | None) -> str:
    if shared is not None:
        cells = "".join(f'<c r="{c}{row}" t="s"><v>{shared[v]}</v></c>' for c, v in zip(_letters(len(values)), values, strict=True))
    else:
        frame = pl.DataFrame({"v": list(values)})
        kind, inner = _string_cell(pl.col("v"), writer)
        texts = frame.select(inner).to_series().to_list()
        cells = "".join(f'<c r="{c}{row}"{kind}>{t}</c>' for c, t in zip(_letters(len(values)), texts, strict=True))
    return f'<row r="{row}">{cells}</row>'


def _shared_strings(frames: Sequence[pl.DataFrame]) -> dict[str, int]:
    """Every text of the workbook once, numbered in order of appearance."""
    texts: dict[str, int] = {}
    for frame in frames:
        for value in [*frame.columns, *(v for c in frame.select(pl.col(pl.String)) for v in c.unique(maintain_order=True).drop_nulls())]:
            texts.setdefault(value, len(texts))
    return texts


def xlsx_bytes(sheets: Mapping[str, pl.DataFrame], writer: str, written_at: datetime | None = None, banner: str | None = None) -> bytes:
    """A workbook as one of four writers makes it.

    `go` (抖音 list): every cell a shared string, no dates in the properties. `sheetjs` (抖音 series): stored, not compressed, no dates.
    `poi` (小红书): inline strings, created date in UTC, optional merged banner. `excel`: a person opened and saved it again.
    """
    frames = list(sheets.values())
    shared = _shared_strings(frames) if writer in ("go", "excel") else None
    stamp = written_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if written_at else ""
    parts = _package_parts(list(sheets), writer, stamp, with_strings=shared is not None)
    if shared is not None:
        texts = pl.DataFrame({"t": list(shared)}).select(_escaped(pl.col("t"))).to_series().to_list()
        items = "".join(f'<si><t xml:space="preserve">{t}</t></si>' for t in texts)
        parts["xl/sharedStrings.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<sst xmlns="{_MAIN}" count="{len(shared)}" uniqueCount="{len(shared)}">{items}</sst>'
        )
    for i, frame in enumerate(frames, 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = sheet_xml(frame, writer, shared, banner)
    local = written_at.timetuple()[:6] if written_at and writer == "poi" else _EPOCH_ZIP
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, date_time=local)
            info.compress_type = zipfile.ZIP_STORED if writer == "sheetjs" else zipfile.ZIP_DEFLATED
            archive.writestr(info, content.encode("utf-8"))
    return buffer.getvalue()


def _package_parts(sheet_names: Sequence[str], writer: str, stamp: str, with_strings: bool) -> dict[str, str]:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        for i in range(1, len(sheet_names) + 1)
    )
    strings = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEET_TYPE}.sharedStrings+xml"/>' if with_strings else ""
    sheets = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(sheet_names, 1))
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{_OFFICE}/relationships/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheet_names) + 1)
    )
    extra = len(sheet_names) + 1
    relations += f'<Relationship Id="rId{extra}" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/>'
    if with_strings:
        relations += f'<Relationship Id="rId{extra + 1}" Type="{_OFFICE}/relationships/sharedStrings" Target="sharedStrings.xml"/>'
    application = {"go": "Go XLSX", "sheetjs": "SheetJS", "poi": "Apache POI", "excel": "Microsoft Excel"}[writer]
    which = {"poi": "created", "excel": "modified"}.get(writer)
    moment = f'<dcterms:{which} xsi:type="dcterms:W3CDTF">{stamp}</dcterms:{which}>' if which and stamp else ""
    creator = "<dc:creator>Apache POI</dc:creator>" if writer == "poi" else ""
    return {
        "[Content_Types].xml": f'{head}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{_DOC_TYPE}-package.core-properties+xml"/>'
        f'<Override PartName="/docProps/app.xml" ContentType="{_DOC_TYPE}-officedocument.extended-properties+xml"/>'
        f"{strings}{kinds}</Types>",
        "_rels/.rels": f'{head}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/relationships/extended-properties" Target="docProps/app.xml"/></Relationships>',
        "docProps/app.xml": f'{head}<Properties xmlns="{_OFFICE}/extended-properties">'
        f"<Application>{application}</Application></Properties>",
        "docProps/core.xml": f'{head}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{moment}{creator}</cp:coreProperties>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "xl/styles.xml": f'{head}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>',
    }


# -- .xls ---------------------------------------------------------------------------------------------------------------------


def biff_bytes(cells: Sequence[tuple[int, int, pl.Series | Sequence[object]]], sheet: str = "sheet1") -> bytes:
    """A BIFF8 workbook: each (row, column, values) is written downwards from there. None leaves the cell empty."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    for row, column, values in cells:
        for offset, value in enumerate(values.to_list() if isinstance(values, pl.Series) else values):
            if value is not None:
                page.write(row + offset, column, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def biff_table(frame: pl.DataFrame, row: int, column: int) -> list[tuple[int, int, Sequence[object]]]:
    """A frame as a block of cells: its header at (row, column), its rows below."""
    return [(row, column + i, [name, *frame[name].to_list()]) for i, name in enumerate(frame.columns)]


def html_table_bytes(title_row: Sequence[str], frame: pl.DataFrame) -> bytes:
    """An HTML table as the 公众号 back office saves under the name .xls: two header rows, then the data."""
    cells = [pl.lit("<td>") + pl.col(c).cast(pl.String).fill_null("") + pl.lit("</td>") for c in frame.columns]
    body = frame.select(pl.lit("<tr>") + pl.concat_str(cells) + pl.lit("</tr>")).to_series().to_list()
    head = [
        "<tr>" + "".join(f'<th colspan="{frame.width}">{t}</th>' for t in title_row) + "</tr>",
        "<tr>" + "".join(f"<th>{c}</th>" for c in frame.columns) + "</tr>",
    ]
    page = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/></head><body><table border="1">'
    return "\n".join([page, *head, *body, "</table></body></html>", ""]).encode("utf-8")


# -- how numbers are spelled ----------------------------------------------------------------------------------------------------


def decimal(values: np.ndarray, decimals: int) -> pl.Series:
    """0.25 as `0.250000`; NaN becomes NULL."""
    return pl.Series(np.char.mod(f"%.{decimals}f", values)).replace("nan", None)


def percent(values: np.ndarray, decimals: int = 2) -> pl.Series:
    """0.25 as `25.00%`; NaN becomes NULL."""
    return decimal(values * 100, decimals) + "%"


def trimmed_percent(values: np.ndarray) -> pl.Series:
    """As B站 writes a share: one decimal, no trailing .0, `<0.1%` for what is above 0 and below 0.1 %."""
    text = np.char.add(np.char.mod("%g", np.round(values * 100, 1)), "%")
    return pl.Series(np.where((values > 0) & (values < 0.001), "<0.1%", text))


def money_text(fen: str) -> pl.Expr:
    """An integer column of fen as yuan with two decimals; NULL stays NULL."""
    amount = pl.col(fen)
    return (amount // 100).cast(pl.String) + pl.lit(".") + (amount % 100).cast(pl.String).str.zfill(2)
