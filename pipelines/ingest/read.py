"""Files to grids of text: what kind of file it is (by its bytes, never its name), its encoding, its sheets and rows.

A `Grid` offers a cheap `head` (enough to recognise the format) and a `body` read once the header row is known. The body
is a frame of text columns; rows that do not fit the header are kept apart with their number, none is lost.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.ingest.delimited import text_grids
from pipelines.ingest.errors import FileProblem
from pipelines.ingest.grids import Grid
from pipelines.ingest.json_lines import json_grid
from pipelines.ingest.workbooks import check_zip, html_grids, workbook_grids

HEAD_BYTES = 256 * 1024
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BOMS = {codecs.BOM_UTF8: "utf-8-sig"} | dict.fromkeys(UTF16_BOMS, "utf-16")
DAMAGED_UTF8 = "utf-8-damaged"  # UTF-8 but for a few bytes
MOJIBAKE = ("锟斤拷", "ï»¿", "\ufffd")


@dataclass
class SourceFile:
    """An opened export file. Use `open_file`; it removes what was made beside it afterwards."""

    path: Path
    kind: str
    sha256: str
    byte_count: int
    scratch: Path
    raw_head: bytes

    def readings(self, encoding: str | None = None) -> list[list[Grid]]:
        """The tables of the file, in each way it may be meant (a text file by its delimiters), the likeliest first."""
        if self.kind in ("xlsx", "xls"):
            return [self._workbook]
        if self.kind == "html":
            return [html_grids(self._as_utf8(self.encoding))]
        utf8 = self._as_utf8(encoding or self.encoding)
        if self.kind != "jsonl":
            return [[grid] for grid in text_grids(utf8)]
        try:
            return [[json_grid(utf8)]]
        except RecursionError as error:
            raise FileProblem("bad_json", "The JSON is nested deeper than any export. Export the file again.") from error

    @property
    def encoding(self) -> str:
        """BOM, else strict UTF-8, else GB18030. Latin-1 would read anything and is never a default."""
        if self.detected_encoding is None:
            raise FileProblem(
                "unknown_encoding", "The text is neither UTF-8, UTF-16 nor GB18030. Save it as UTF-8 CSV and drop it in again."
            )
        return self.detected_encoding

    @cached_property
    def detected_encoding(self) -> str | None:
        for bom, name in BOMS.items():
            if self.raw_head.startswith(bom):
                return name
        if self.decodes("utf-8"):
            return "utf-8"
        if _is_nearly_utf8(self.path.read_bytes()):
            return DAMAGED_UTF8
        return "gb18030" if self.decodes("gb18030") else None

    @cached_property
    def _workbook(self) -> list[Grid]:
        return workbook_grids(self.path, self.kind)

    def decodes(self, encoding: str) -> bool:
        """Whether the whole file is text of this encoding."""
        decoder = codecs.getincrementaldecoder(encoding)()
        with self.path.open("rb") as stream:
            try:
                while chunk := stream.read(4 * 1024 * 1024):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return False
        return True

    def _as_utf8(self, encoding: str) -> Path:
        if encoding in ("utf-8", "utf-8-sig"):
            _check_damage(self.path.read_bytes())
            return self.path
        target = self.scratch / f"{encoding}.txt"
        if not target.exists():
            try:
                data = _decoded(self.path.read_bytes(), encoding).encode("utf-8")
            except UnicodeError as error:
                raise FileProblem("unknown_encoding", f"The text breaks off as {encoding}. Export it again.") from error
            if encoding != DAMAGED_UTF8:
                _check_damage(data)
            target.write_bytes(data)
        return target


def _decoded(data: bytes, encoding: str) -> str:
    return data.decode("utf-8", errors="replace") if encoding == DAMAGED_UTF8 else data.decode(encoding)


def _is_nearly_utf8(data: bytes) -> bool:
    """Whether twenty letters beyond ASCII are whole for each that is broken: in any other encoding nearly all would be."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return len(re.findall(r"[^\x00-\x7f\ufffd]", text)) >= 20 * broken


def _check_damage(data: bytes) -> None:
    """Refuses text that a wrong encoding has damaged in more than one of twenty lines; a broken emoji here and there is left."""
    marks = sum(data.count(mark.encode()) for mark in MOJIBAKE) - data.startswith(codecs.BOM_UTF8)
    if marks * 20 > data.count(b"\n") + 1:
        raise FileProblem("mojibake", "The text was damaged by a wrong encoding earlier (锟斤拷). Export it again.")


@contextmanager
def open_file(path: Path) -> Iterator[SourceFile]:
    """A `SourceFile` for reading. FileProblem when the file is empty, locked by a password or of no kind we read."""
    head, sha256 = _head_and_hash(path)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileProblem("empty_file", "The file is empty. Export it again.")
    with tempfile.TemporaryDirectory(prefix="pulse-") as scratch:
        kind = _kind(path, head)
        plain = Path(scratch) / f"source.{kind}"
        _link(path, plain)
        yield SourceFile(plain, kind, sha256, path.stat().st_size, Path(scratch), head)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _head_and_hash(path: Path) -> tuple[bytes, str]:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
            digest.update(head)
            while chunk := stream.read(4 * 1024 * 1024):
                digest.update(chunk)
    except (FileNotFoundError, PermissionError) as error:
        raise FileProblem("no_access", f"The file cannot be opened: {error.strerror}.") from error
    return head, digest.hexdigest()


def _link(path: Path, plain: Path) -> None:
    """The file under a name that says what it is and that no reader takes for a pattern (`a*.csv`) or an archive (`a.csv.gz`)."""
    try:
        plain.symlink_to(path.resolve())
    except OSError:  # no right to make links, as on Windows
        shutil.copyfile(path, plain)


def readable_name(name: str) -> str:
    """A file name as text: one that a Chinese Windows wrote in GBK comes as bytes that are no UTF-8."""
    raw = os.fsencode(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _kind(path: Path, head: bytes) -> str:
    """What the bytes are; names lie (`.xls` may be HTML, `.csv` may be a workbook)."""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if head.startswith(b"PK\x03\x04"):
        check_zip(path)
        return "xlsx"
    is_utf16 = head[:2] in UTF16_BOMS
    text = head.decode("utf-16" if is_utf16 else "utf-8", errors="ignore")
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<html", "<table", "<!doctype", "<?xml", "<meta", "<head", "<!--", "<body", "<div", "<style", "<script")):
        return "html"
    if start.startswith("{"):
        return "jsonl"
    if b"\x00" in head and not is_utf16:
        raise FileProblem("not_a_table", "This is no spreadsheet, CSV or JSON file. Export it again as xlsx or csv.")
    return "text"
