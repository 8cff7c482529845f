"""Files made to fill the memory or never end, small as they are."""

from __future__ import annotations

import zipfile
from pathlib import Path

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ENTITIES = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(10))


def cell(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook(path: Path, *rows: str, prologue: str = "", times: int = 1) -> Path:
    """A workbook of one sheet, written by hand; the middle of three pieces of rows is repeated."""
    relations = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/%s" Target="%s"/></Relationships>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": relations % ("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": relations % ("worksheet", "worksheets/sheet1.xml"),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0"?>{text}')
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<?xml version="1.0"?>{prologue}<worksheet xmlns="{SHEET}"><sheetData>'.encode())
            for index, piece in enumerate(rows):
                for _ in range(times if index == 1 else 1):
                    sheet.write(piece.encode())
            sheet.write(b"</sheetData></worksheet>")
    return path


def corners(path: Path) -> Path:
    """1 KB: the first and the last cell a sheet can have."""
    return workbook(path, f'<row r="1">{cell("A1", "a")}</row><row r="1048576">{cell("XFD1048576", "b")}</row>')


def long_text(path: Path) -> Path:
    """0.4 MB: one cell of 400 MB."""
    before, after = f'<row r="1">{cell("A1", "标题")}</row><row r="2">{cell("A2", "|")}</row>'.split("|")
    return workbook(path, before, "x" * 1_000_000, after, times=400)


def entities(path: Path) -> Path:
    """2 KB: entities of entities, a thousand million words."""
    return workbook(path, f'<row r="1">{cell("A1", "&l9;")}{cell("B1", "b")}</row>', prologue=f"<!DOCTYPE x [{ENTITIES}]>")


def sparse(path: Path) -> Path:
    """A thousand cells spread over a sheet of 40 million."""
    return workbook(path, "".join(f'<row r="{i * 1000}">{cell(f"BCZ{i * 1000}", "a")}</row>' for i in range(1, 40)))


def deep_json(path: Path) -> Path:
    """Lists within lists, two hundred thousand deep."""
    path.write_text('{"a":' + "[" * 200_000 + "]" * 200_000 + "}\n", encoding="utf-8")
    return path


def wide(path: Path) -> Path:
    """Two million columns."""
    path.write_text(",".join(f"c{i}" for i in range(2_000_000)) + "\n" + ",".join("1" * 2_000_000), encoding="utf-8")
    return path


BOMBS = {"corners.xlsx": corners, "long.xlsx": long_text, "entities.xlsx": entities, "sparse.xlsx": sparse, "deep.jsonl": deep_json}
