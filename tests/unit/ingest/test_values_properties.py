"""The parsers against an oracle: any column of made-up cells means, cell by cell, what plain Python says it means."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest import values
from tests.unit.ingest import oracle

COLUMN = 60  # cells per example: formats meet in one column, as they do in a file
CASES = 10_000  # cells compared with the oracle, at least
counted: Counter[str] = Counter()  # cells compared so far, by parser
EFFORT = settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

digits = st.integers(0, 10**12).map(str)
grouped = st.integers(0, 10**12).map(lambda n: f"{n:,}")
decimals = st.builds(lambda n, d: f"{n}.{d}", st.integers(0, 99999), st.integers(0, 9999))
signs = st.sampled_from(["", "", "", "+", "-", "－", "−"])
numbers = st.one_of(digits, grouped, decimals)
noise = st.one_of(st.sampled_from(sorted(oracle.MISSING)), st.text("0123456789.,万wk+-%eE: 秒分时/年x", max_size=8))
padding = st.sampled_from(["", " ", "\t", "\u00a0", "\u3000", "\ufeff", "\r"])


def padded(cells: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    full_width = cells.map(lambda c: "".join(chr(ord(x) + 0xFEE0) if x.isascii() and x.isdigit() else x for x in c))
    return st.builds(lambda before, cell, after: before + cell + after, padding, st.one_of(cells, cells, full_width), padding)


def columns(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(padded(cells), min_size=COLUMN // 2, max_size=COLUMN)


def _bad(parsed: values.Parsed, height: int) -> list[bool]:
    return parsed.bad.to_list() if parsed.bad is not None else [False] * height


def _mask(mask: pl.Series | None, height: int) -> list[bool]:
    return mask.to_list() if mask is not None else [False] * height


def _same(parser: str, cells: list[str], parsed: values.Parsed, meaning: Callable[[str], Any], close: bool = False) -> None:
    counted[parser] += len(cells)
    for text, actual, is_bad in zip(cells, parsed.values, _bad(parsed, len(cells)), strict=True):
        expected = meaning(text)
        if expected == oracle.BAD:
            assert is_bad, f"{text!r} was read as {actual!r}"
        else:
            assert not is_bad, f"{text!r} was rejected"
            same = math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-9) if close and expected is not None else actual == expected
            assert same, f"{text!r} became {actual!r}, not {expected!r}"


count_cells = st.builds(
    lambda sign, number, unit, plus: sign + number + unit + plus,
    signs,
    numbers,
    st.sampled_from(["", "", "", *oracle.UNITS]),
    st.sampled_from(["", "", "", "+"]),
)


@EFFORT
@given(columns(st.one_of(count_cells, noise)))
def test_counts(cells: list[str]) -> None:
    parsed = values.parse_count(pl.Series(cells))
    expected = [oracle.count(cell) for cell in cells]
    _same("count", cells, parsed, lambda cell: m[0] if isinstance(m := oracle.count(cell), tuple) else m)
    known = [i for i, e in enumerate(expected) if isinstance(e, tuple)]
    for flag, mask in ((1, parsed.approximate), (2, parsed.censored)):
        flags = _mask(mask, len(cells))
        assert [flags[i] for i in known] == [expected[i][flag] for i in known]


ratio_cells = st.builds(
    lambda bound, sign, number, percent: bound + sign + number + percent,
    st.sampled_from(["", "", "", "<", ">", "＜", "≤ "]),
    signs,
    st.one_of(st.floats(0, 200).map(lambda f: f"{f:.6f}"), numbers),
    st.sampled_from(["", "%", "％", " %"]),
)


@EFFORT
@given(columns(st.one_of(ratio_cells, noise.filter(lambda c: "e" not in c.lower()))), st.booleans())
def test_ratios(cells: list[str], percent: bool) -> None:
    parsed = values.parse_ratio(pl.Series(cells), "percent" if percent else "fraction")
    _same("ratio", cells, parsed, lambda cell: oracle.ratio(cell, percent), close=True)


duration_cells = st.one_of(
    numbers,
    st.builds(lambda n, unit: f"{n}{unit}", decimals, st.sampled_from(["秒", "s", "分", "分钟", "时", "小时", " 秒"])),
    st.builds(lambda h, m, s: f"{h}时{m}分{s}秒", st.integers(0, 40), st.integers(0, 80), st.integers(0, 80)),
    st.builds(lambda m, s: f"{m}分{s}秒", st.integers(0, 80), st.integers(0, 80)),
    st.builds(lambda h, m, s: f"{h}:{m:02d}:{s:02d}", st.integers(0, 200), st.integers(0, 70), st.integers(0, 70)),
    st.builds(lambda m, s: f"{m}:{s:02d}", st.integers(0, 1200), st.integers(0, 70)),
)


@EFFORT
@given(columns(st.one_of(duration_cells, noise.filter(lambda c: "e" not in c.lower()))))
def test_durations(cells: list[str]) -> None:
    parsed = values.parse_duration(pl.Series(cells))
    _same("duration", cells, parsed, oracle.duration, close=True)


WRITTEN: list[str] = [
    "{0:04d}-{1:02d}-{2:02d} {3:02d}:{4:02d}:{5:02d}",
    "{0:04d}-{1:02d}-{2:02d}T{3:02d}:{4:02d}:{5:02d}",
    "{0:04d}/{1}/{2} {3}:{4:02d}:{5:02d}",
    "{0:04d}年{1:02d}月{2:02d}日{3:02d}时{4:02d}分{5:02d}秒",
    "{0:04d}年{1:02d}月{2:02d}日 {3:02d}:{4:02d}:{5:02d}",
]
DAYS = ["{0:04d}-{1:02d}-{2:02d}", "{0:04d}/{1}/{2}", "{0:04d}.{1}.{2}", "{0:04d}年{1}月{2}日", "{0:04d}{1:02d}{2:02d}"]
parts = st.tuples(
    st.integers(1995, 2035), st.integers(1, 12), st.integers(1, 31), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)
)
zones = st.sampled_from(["Asia/Shanghai", "America/Los_Angeles", "UTC", "Europe/Berlin", "America/Sao_Paulo"])


@EFFORT
@given(st.lists(st.tuples(parts, st.sampled_from(WRITTEN)), min_size=COLUMN // 2, max_size=COLUMN), zones)
def test_wall_times(cells: list[tuple[Any, str]], zone: str) -> None:
    texts = [pattern.format(*wall) for wall, pattern in cells]
    expected = {text: oracle.moment(*wall, zone) for (wall, _), text in zip(cells, texts, strict=True)}
    _same("datetime", texts, values.parse_datetime(pl.Series(texts), zone), expected.__getitem__)


@EFFORT
@given(st.lists(st.datetimes(datetime(2002, 1, 1), datetime(2099, 1, 1)), min_size=1, max_size=COLUMN), zones)
def test_epochs_mean_the_same_in_every_zone(moments: list[datetime], zone: str) -> None:
    utc = [m.replace(microsecond=0, tzinfo=UTC) for m in moments]
    for factor in (1, 1000, 1_000_000):
        texts = [str(int(m.timestamp()) * factor) for m in utc]
        assert values.parse_datetime(pl.Series(texts), zone).values.to_list() == utc


@EFFORT
@given(st.lists(st.floats(20000, 50000).map(lambda f: round(f, 6)), min_size=COLUMN // 2, max_size=COLUMN), zones)
def test_serial_days_of_spreadsheets(serials: list[float], zone: str) -> None:
    texts = [f"{s:.6f}" for s in serials]  # up to 2036: beyond, time zone tables differ between libraries
    expected = {text: oracle.excel(serial, zone) for text, serial in zip(texts, serials, strict=True)}
    _same("datetime", texts, values.parse_datetime(pl.Series(texts), zone), expected.__getitem__)


id_cells = st.one_of(
    st.integers(1, 10**19).map(str),
    st.builds(lambda n, wrap: wrap.format(n), st.integers(1, 10**19), st.sampled_from(["\t{}", "{}\t", "'{}", '="{}"', "{}.0"])),
    st.builds(lambda a, e: f"{a:.2f}E+{e}", st.floats(1, 9.99), st.integers(10, 19)),
    st.text("abcXYZ-_/0123456789", min_size=1, max_size=20),
    st.sampled_from(['=""', "'", "", "-"]),
)


@EFFORT
@given(st.lists(st.tuples(parts, st.sampled_from(DAYS)), min_size=COLUMN // 2, max_size=COLUMN), zones)
def test_days(cells: list[tuple[Any, str]], zone: str) -> None:
    """A day is the platform's own, whatever the zone, also where its clocks skip midnight."""
    texts = [pattern.format(*wall) for wall, pattern in cells]
    expected = {text: oracle.day(*wall[:3]) for (wall, _), text in zip(cells, texts, strict=True)}
    _same("date", texts, values.parse_date(pl.Series(texts), zone), expected.__getitem__)


amount_cells = st.builds(
    lambda mark, sign, number, unit: sign + mark + number + unit,
    st.sampled_from(["", "", "¥", "￥", "$ ", "€"]),
    signs,
    numbers,
    st.sampled_from(["", "", "", *oracle.UNITS]),
)


@EFFORT
@given(columns(st.one_of(amount_cells, noise.filter(lambda c: "e" not in c.lower()))))
def test_numbers(cells: list[str]) -> None:
    _same("number", cells, values.parse_number(pl.Series(cells)), oracle.number, close=True)


@EFFORT
@given(columns(id_cells))
def test_ids(cells: list[str]) -> None:
    own_digits = [*cells, "1000000000000000001"]  # one id with all its digits: nothing went through a spreadsheet
    _same("id", own_digits, values.parse_id(pl.Series(own_digits)), oracle.identifier)


@settings(EFFORT, max_examples=15)
@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=COLUMN))
def test_no_text_breaks_a_parser_and_none_becomes_a_value_unseen(cells: list[str | None]) -> None:
    """Whatever is in a cell: missing stays missing, and what is not read is marked."""
    column = pl.Series(cells, dtype=pl.String)
    for parsed in (
        values.parse_count(column),
        values.parse_number(column),
        values.parse_ratio(column, "fraction"),
        values.parse_duration(column),
        values.parse_datetime(column, "Asia/Shanghai"),
        values.parse_date(column, "Asia/Shanghai"),
        values.parse_boolean(column, {}),
    ):
        assert parsed.values.len() == len(cells)
        missing = values.clean(column).is_null()
        unread = parsed.values.is_null() & ~missing
        assert (unread & ~pl.Series(_bad(parsed, len(cells)), dtype=pl.Boolean)).sum() == 0
        assert parsed.values.filter(missing).null_count() == missing.sum()


def test_ten_thousand_cells_have_been_compared() -> None:
    """Runs the comparisons again where this test runs without them, or in another process."""
    comparisons = {
        "count": test_counts,
        "ratio": test_ratios,
        "number": test_numbers,
        "duration": test_durations,
        "datetime": test_wall_times,
        "date": test_days,
        "id": test_ids,
    }
    for parser, compare in comparisons.items():
        if not counted[parser]:
            compare()
    assert sum(counted.values()) >= CASES, counted
    assert min(counted[parser] for parser in comparisons) >= CASES // 10, counted
