"""The fast reader and the exact reader see the same rows in any text, and neither loses a record."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.ingest.delimited import TextGrid, records, text_grids
from tests.unit.ingest.made_up import csv_text

EFFORT = settings(
    max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
CHEAP = settings(EFFORT, max_examples=150)
HEADER = ["a", "b", "c", "d", "e"]

cells = st.text(st.sampled_from("ab1 ,;\t\"\n\r\u3000\u00a0é中😀'#\\"), max_size=6)
rows = st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=8)
newlines = st.sampled_from(["\n", "\r\n", "\r"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


def _grid(folder: Path, text: str) -> TextGrid:
    path = folder / "source.text"
    path.write_bytes(text.encode())
    return next(grid for grid in text_grids(path) if grid.delimiter == ",")


def _both_agree(grid: TextGrid, width: int) -> None:
    exact = grid._read_exactly(0, width)
    fast = grid._read_fast(0, width)
    if fast is not None:
        assert exact.bad.height == 0
        assert fast.rows() == exact.rows.drop("row_number").rows()
        assert grid.body(0, 0, width).rows["row_number"].to_list() == exact.rows["row_number"].to_list()


@EFFORT
@given(rows, newlines)
@example([["", "\n,1", "", "", "\n"], ["a\nb", "1", "2", "3", "c\nd"]], "\n")
def test_what_a_csv_writer_wrote_is_read_back(folder: Path, written: list[list[str]], newline: str) -> None:
    grid = _grid(folder, csv_text([HEADER, *written], newline=newline, quoting=csv.QUOTE_ALL))
    _both_agree(grid, 5)
    body = grid.body(0, 0, 5)
    expected = {i: row for i, row in enumerate(written, start=2) if any(c.strip() for c in row)}
    read = {number: [c or "" for c in values] for *values, number in body.rows.rows() if any(c and c.strip() for c in values)}
    assert read == expected
    assert body.rows.height + body.bad.height == len(written)


lines = st.lists(st.text(st.sampled_from('ab1 ,\t"\r中'), max_size=14), min_size=1, max_size=8)


@EFFORT
@given(lines, st.sampled_from(["\n", "\r\n"]))
@example(['"a,b,c,d,e', "1,2,3,4,5", "1,2,3,4,5"], "\n")
@example(["1,2,3,4,5,", "", ',"",,,'], "\r\n")
@example([' "a",b,c,d,e', 'a b"c,"""","x"y,,'], "\n")
def test_any_text_is_read_the_same_way_by_both(folder: Path, body: list[str], newline: str) -> None:
    _both_agree(_grid(folder, newline.join([",".join(HEADER), *body]) + newline), 5)


@CHEAP
@given(st.text(st.sampled_from('ab,"\n\r'), max_size=60), st.integers(0, 4))
def test_no_character_is_lost_between_records(text: str, width: int) -> None:
    """All that is not a quote, a delimiter or a line end comes back, whatever the quotes do."""
    kept = "".join("".join(cells) for cells in records(text, ",", width))
    assert "".join(c for c in kept if c in "ab") == "".join(c for c in text if c in "ab")


@CHEAP
@given(rows)
def test_balanced_quotes_mean_what_the_csv_module_says(written: list[list[str]]) -> None:
    text = csv_text(written, newline="\n", quoting=csv.QUOTE_ALL)
    assert list(records(text, ",")) == list(csv.reader(io.StringIO(text, newline="")))
