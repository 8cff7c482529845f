"""Every value format that the platforms write, with what it must become. `BAD` means: rejected, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from pipelines.ingest import values

BAD = object()
SHANGHAI = "Asia/Shanghai"


def _check(parsed: values.Parsed, expected: Any) -> None:
    bad = bool(parsed.bad[0]) if parsed.bad is not None else False
    if expected is BAD:
        assert bad
        return
    assert not bad
    actual = parsed.values[0]
    assert actual == (pytest.approx(expected) if isinstance(expected, float) else expected)


def _text(cell: str | None) -> pl.Series:
    return pl.Series([cell], dtype=pl.String)


def _flag(mask: pl.Series | None) -> bool:
    return mask is not None and bool(mask[0])


@pytest.mark.parametrize(
    "cell", [None, "", " ", "\t", "-", "--", "—", "–", "/", "N/A", "NULL", "nan", "None", "暂无数据", "无", "(空)", "(跳过)", "（空）"]
)
def test_missing_is_null_never_zero(cell: str | None) -> None:
    for parsed in (
        values.parse_count(_text(cell)),
        values.parse_number(_text(cell)),
        values.parse_ratio(_text(cell), "fraction"),
        values.parse_duration(_text(cell)),
        values.parse_datetime(_text(cell), SHANGHAI),
        values.parse_date(_text(cell), SHANGHAI),
        values.parse_id(_text(cell)),
        values.parse_boolean(_text(cell), {}),
    ):
        assert parsed.values[0] is None
        assert not _flag(parsed.bad)


COUNTS: list[tuple[str, Any, bool, bool]] = [  # cell, value, approximate, censored
    ("1234", 1234, False, False),
    ("0", 0, False, False),
    ("\t88 ", 88, False, False),
    ("1,234", 1234, False, False),
    ("12,400", 12400, False, False),
    ("1，234", 1234, False, False),
    ("1,234,567", 1234567, False, False),
    ("１２３４", 1234, False, False),
    ("12.0", 12, False, False),
    ("+5", 5, False, False),
    ("1.2万", 12000, True, False),
    ("3.4w", 34000, True, False),
    ("3W", 30000, True, False),
    ("1.1亿", 110_000_000, True, False),
    ("1.2K", 1200, True, False),
    ("3M", 3_000_000, True, False),
    ("1.1B", 1_100_000_000, True, False),
    ("100万+", 1_000_000, True, True),
    ("999+", 999, False, True),
    ("10w+", 100_000, True, True),
    ("-1", BAD, False, False),
    ("1.5", BAD, False, False),
    ("1.500", BAD, False, False),
    ("1.000", BAD, False, False),  # a thousand in German, one in English: not ours to guess
    ("1 234,56", BAD, False, False),
    ("12,34", BAD, False, False),
    ("1.2E+05", BAD, False, False),
    ("abc", BAD, False, False),
    ("10²", BAD, False, False),
    ("٣", BAD, False, False),
    ("12%", BAD, False, False),
    ("1e3", BAD, False, False),
    ("99999999999999999999", BAD, False, False),
    ("9e99亿", BAD, False, False),
]


@pytest.mark.parametrize(("cell", "value", "approximate", "censored"), COUNTS)
def test_counts(cell: str, value: Any, approximate: bool, censored: bool) -> None:
    parsed = values.parse_count(_text(cell))
    _check(parsed, value)
    if value is not BAD:
        assert (_flag(parsed.approximate), _flag(parsed.censored)) == (approximate, censored)


@pytest.mark.parametrize(("cell", "value"), [("-1", -1), ("-1,234", -1234), ("-1.2万", -12000), ("－5", -5), ("−5", -5)])
def test_counts_that_may_be_negative(cell: str, value: int) -> None:
    _check(values.parse_count(_text(cell), allow_negative=True), value)
    _check(values.parse_count(_text(cell)), BAD)


def test_a_column_may_declare_its_own_missing_value() -> None:
    _check(values.parse_count(_text("-1"), ["-1"]), None)


def test_a_big_count_keeps_its_digits_beside_a_rounded_one() -> None:
    cells = pl.Series(["9007199254740993", "1.2万"])
    assert values.parse_count(cells).values.to_list() == [9007199254740993, 12000]


NUMBERS: list[tuple[str, Any]] = [
    ("2,500.50", 2500.5),
    ("¥1,234.50", 1234.5),
    ("￥12", 12.0),
    ("-¥5", -5.0),
    ("$ 3.2", 3.2),
    (".5", 0.5),
    ("1.2万", 12000.0),
    ("5e-05", 0.00005),
    ("1.2E+6", 1_200_000.0),
    ("0.0000005", 0.0000005),
    ("12.5%", BAD),
    ("1 234,56", BAD),
    ("1,23", BAD),
    ("inf", BAD),
    ("1e999", BAD),
]


@pytest.mark.parametrize(("cell", "value"), NUMBERS)
def test_numbers(cell: str, value: Any) -> None:
    _check(values.parse_number(_text(cell)), value)


DURATIONS: list[tuple[str, str, Any]] = [  # cell, unit of a bare number, seconds
    ("8.209459", "seconds", 8.209459),
    ("16", "seconds", 16.0),
    ("18秒", "seconds", 18.0),
    ("32.50秒", "seconds", 32.5),
    ("15s", "seconds", 15.0),
    ("15S", "seconds", 15.0),
    ("1分20秒", "seconds", 80.0),
    ("PT1M30S", "seconds", 90.0),
    ("P1DT2H", "seconds", 93600.0),
    ("1分钟20秒", "seconds", 80.0),
    ("2时3分", "seconds", 7380.0),
    ("1小时", "seconds", 3600.0),
    ("1.5小时", "seconds", 5400.0),
    ("2h3m", "seconds", 7380.0),
    ("00:01:23", "seconds", 83.0),
    ("0:00:41", "seconds", 41.0),
    ("0:13:29", "seconds", 809.0),
    ("1:23", "seconds", 83.0),
    ("27:46:40", "seconds", 100_000.0),
    ("1500", "milliseconds", 1.5),
    ("2.5", "minutes", 150.0),
    ("1.5", "hours", 5400.0),
    ("1,234.5", "hours", 4_444_200.0),
    ("3e-05", "hours", 0.108),
    ("1899-12-31 00:01:23", "seconds", 83.0),  # a time cell of a workbook
    ("1899-12-30 00:01:23", "seconds", 83.0),
    ("18秒", "hours", 18.0),
    ("1:75", "seconds", BAD),
    ("0:61:00", "seconds", BAD),
    ("-5", "seconds", BAD),
    ("5分钟前", "seconds", BAD),
    ("秒", "seconds", BAD),
    ("1.2万", "seconds", BAD),
    ("10+", "seconds", BAD),
]


@pytest.mark.parametrize(("cell", "unit", "seconds"), DURATIONS)
def test_durations(cell: str, unit: str, seconds: Any) -> None:
    _check(values.parse_duration(_text(cell), unit), seconds)


RATIOS: list[tuple[str, str | None, str, Any]] = [  # cell, scale of the format, header, share
    ("12.3%", None, "完播率(%)", 0.123),
    ("12.3%", "fraction", "完播率", 0.123),
    ("12.3％", "percent", "完播率", 0.123),
    ("0.123", "fraction", "完播率", 0.123),
    ("0.074074", "fraction", "完播率", 0.074074),
    ("12.3", "percent", "完播率", 0.123),
    ("12.3", "fraction", "完播率(%)", 0.123),
    ("12.3", None, "完播率（%）", 0.123),
    ("12.3", None, "CTR (％)", 0.123),
    ("1,200%", "fraction", "x", BAD),
    ("150%", "fraction", "x", 1.5),
    ("5e-05", "fraction", "x", 0.00005),
    ("0.0000005", "fraction", "x", 0.0000005),
    ("0", "fraction", "x", 0.0),
    ("100%", "fraction", "x", 1.0),
    ("0.63", None, "完播率", BAD),  # 0.63 % or 63 %?
    ("12.3%", None, "完播率", 0.123),
    ("-3%", "fraction", "x", BAD),
    ("12.3", "fraction", "x", BAD),
    ("3万", "percent", "x", BAD),
    ("∞", "fraction", "x", BAD),
    ("4.2星", "fraction", "x", BAD),
]


@pytest.mark.parametrize(("cell", "scale", "header", "share"), RATIOS)
def test_ratios(cell: str, scale: str | None, header: str, share: Any) -> None:
    _check(values.parse_ratio(_text(cell), scale, header), share)


@pytest.mark.parametrize(("cell", "share"), [("<0.1%", 0.001), ("＜0.1%", 0.001), (">100%", 1.0), ("≤ 1%", 0.01)])
def test_a_bound_is_censored(cell: str, share: float) -> None:
    parsed = values.parse_ratio(_text(cell), "fraction")
    _check(parsed, share)
    assert _flag(parsed.censored)


def _moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


MOMENTS: list[tuple[str, Any, str | None]] = [  # cell in Asia/Shanghai, UTC moment, precision
    ("2025-09-26 19:30:00", _moment(2025, 9, 26, 11, 30), "second"),
    ("2025-09-26  19:30:00", _moment(2025, 9, 26, 11, 30), "second"),
    ("2025-09-26 19:30:00.5", _moment(2025, 9, 26, 11, 30, 0, 500_000), "second"),
    ("2025年09月26日19时30分52秒", _moment(2025, 9, 26, 11, 30, 52), "second"),
    ("2026年09月26日", _moment(2026, 9, 25, 16), "day"),
    ("2024年3月5日", _moment(2024, 3, 4, 16), "day"),
    ("2026年06月03日 16:41:25", _moment(2026, 6, 3, 8, 41, 25), "second"),
    ("2025/09/27", _moment(2025, 9, 26, 16), "day"),
    ("2026/5/29", _moment(2026, 5, 28, 16), "day"),
    ("2024/3/5 14:05", _moment(2024, 3, 5, 6, 5), "minute"),
    ("2025/9/27 8:05", _moment(2025, 9, 27, 0, 5), "minute"),
    ("2026/07/22 11:00:21", _moment(2026, 7, 22, 3, 0, 21), "second"),
    ("20260911", _moment(2026, 9, 10, 16), "day"),
    ("45560.81", _moment(2024, 9, 25, 11, 26, 24), "second"),
    ("45560", _moment(2024, 9, 24, 16), "second"),
    ("Tue May 31 17:46:55 +0800 2011", _moment(2011, 5, 31, 9, 46, 55), "second"),
    ("Fri, Feb 27, 2026", _moment(2026, 2, 26, 16), "day"),
    ("Sep 20, 2026", _moment(2026, 9, 19, 16), "day"),
    ("2025-08-01T00:00:00", _moment(2025, 7, 31, 16), "second"),
    ("2025-08-01T00:00:00.123", _moment(2025, 7, 31, 16, 0, 0, 123_000), "second"),
    ("2024-03-15 18:42 +0000", _moment(2024, 3, 15, 18, 42), "minute"),
    ("2024-03-15T18:42:01Z", _moment(2024, 3, 15, 18, 42, 1), "second"),
    ("2024-03-15T18:42:01.25+08:00", _moment(2024, 3, 15, 10, 42, 1, 250_000), "second"),
    ("2024-03-15T18:42+08:00", _moment(2024, 3, 15, 10, 42), "minute"),
    ("2024-03-15T18:42Z", _moment(2024, 3, 15, 18, 42), "minute"),
    ("1434556935", _moment(2015, 6, 17, 16, 2, 15), "second"),
    ("1434556935000", _moment(2015, 6, 17, 16, 2, 15), "second"),
    ("1434556935000000", _moment(2015, 6, 17, 16, 2, 15), "second"),
    ("２０２５－０９－２６ 19:30:00", _moment(2025, 9, 26, 11, 30), "second"),
    ("01/08/2026", BAD, None),  # 1 August or 8 January
    ("01.10.2026", BAD, None),
    ("23 August", BAD, None),
    ("3月25日", BAD, None),
    ("刚刚", BAD, None),
    ("5分钟前", BAD, None),
    ("昨天 12:03", BAD, None),
    ("03-05", BAD, None),
    ("2026-02-30", BAD, None),
    ("2026-13-01 00:00:00", BAD, None),
    ("1434556935.25", _moment(2015, 6, 17, 16, 2, 15, 250_000), "second"),
    ("1434556935000.0", _moment(2015, 6, 17, 16, 2, 15), "second"),
    ("12345", BAD, None),
    ("143455693500", BAD, None),
]


@pytest.mark.parametrize(("cell", "moment", "precision"), MOMENTS)
def test_moments(cell: str, moment: Any, precision: str | None) -> None:
    parsed = values.parse_datetime(_text(cell), SHANGHAI)
    _check(parsed, moment)
    if moment is not BAD:
        assert parsed.precision is not None
        assert parsed.precision[0] == precision


def test_all_moments_in_one_column_are_read_as_they_are_alone() -> None:
    cells = [cell for cell, _, _ in MOMENTS]
    together = values.parse_datetime(pl.Series(cells), SHANGHAI)
    assert together.values.to_list() == [None if moment is BAD else moment for _, moment, _ in MOMENTS]


@pytest.mark.parametrize(
    ("cell", "formats", "moment"),
    [
        ("09/28/2026 18:12", ["%m/%d/%Y %H:%M"], _moment(2026, 9, 28, 10, 12)),
        ("01/08/2026", ["%d/%m/%Y"], _moment(2026, 7, 31, 16)),
        ("01.10.2026", ["%d.%m.%Y"], _moment(2026, 9, 30, 16)),
        ("2026-10-01 00:00:00", ["%d.%m.%Y"], _moment(2026, 9, 30, 16)),
    ],
)
def test_day_month_orders_are_declared(cell: str, formats: list[str], moment: datetime) -> None:
    _check(values.parse_datetime(_text(cell), SHANGHAI, formats), moment)


def test_days_are_the_platforms_own() -> None:
    _check(values.parse_date(_text("2026-03-01"), "America/Los_Angeles"), date(2026, 3, 1))
    _check(values.parse_date(_text("2026-03-01T02:00:00Z"), "America/Los_Angeles"), date(2026, 2, 28))
    _check(values.parse_date(_text("20240305"), SHANGHAI), date(2024, 3, 5))


def test_a_day_that_begins_at_one_oclock_is_still_a_day() -> None:
    """Where summer time starts at midnight, midnight does not exist."""
    _check(values.parse_date(_text("2018-11-04"), "America/Sao_Paulo"), date(2018, 11, 4))
    _check(values.parse_datetime(_text("2018-11-04"), "America/Sao_Paulo"), _moment(2018, 11, 4, 3))
    _check(values.parse_datetime(_text("2026-03-08 02:30:00"), "America/Los_Angeles"), BAD)


def test_a_repeated_hour_is_its_first() -> None:
    _check(values.parse_datetime(_text("2026-11-01 01:30:00"), "America/Los_Angeles"), _moment(2026, 11, 1, 8, 30))


IDS: list[tuple[str, Any]] = [
    ("1234567890123456789", "1234567890123456789"),
    ("1234567890123456789\t", "1234567890123456789"),
    ("\t5012345678901234567", "5012345678901234567"),
    ("'1234567890123456789", "1234567890123456789"),
    ('="1234567890123456789"', "1234567890123456789"),
    ("00123", "00123"),
    ("1234.0", "1234"),
    ("export/UzFfAgtgek", "export/UzFfAgtgek"),
    ("1e5", "1e5"),  # a short hexadecimal id, not a damaged number
    ("-abcDEF_123", "-abcDEF_123"),
    ('=""', None),
    ("'", None),
    ("1.2E+17", BAD),
    ("1.22e+17", BAD),
    ("7E+18", BAD),
    ("1.2345678901234567e19", BAD),  # a JSON number beyond 64 bits
]


@pytest.mark.parametrize(("cell", "value"), IDS)
def test_ids(cell: str, value: Any) -> None:
    _check(values.parse_id(_text(cell)), value)


def test_long_ids_that_end_in_zeros_after_15_digits_are_damaged() -> None:
    """A spreadsheet keeps 15 digits. One such id may be chance, several are not."""
    parsed = values.parse_id(pl.Series(["7301234567890120000", "7301234567890990000", "12345"]))
    assert parsed.bad is not None
    assert parsed.bad.to_list() == [True, True, False]
    assert values.parse_id(pl.Series(["7301234567890120000"])).bad is None


def test_long_ids_are_fine_when_some_have_their_own_digits() -> None:
    parsed = values.parse_id(pl.Series(["7301234567890120000", "7301234567890123457", "7301234567890123999"]))
    assert parsed.bad is None


@pytest.mark.parametrize(
    ("cell", "value"),
    [("是", True), ("否", False), ("TRUE", True), ("false", False), ("1", True), ("原创", True), ("转发", False), ("maybe", BAD)],
)
def test_booleans(cell: str, value: Any) -> None:
    _check(values.parse_boolean(_text(cell), {"true": ["原创"], "false": ["转发"]}), value)


def test_words_are_mapped_exactly_then_by_pattern_then_by_default() -> None:
    cells = pl.Series(["图文", "竖屏视频", "直播", "", None])
    mapped = values.map_words(cells, {"图文": "image_text", "/视频/": "short_video"}, "other")
    assert mapped.to_list() == ["image_text", "short_video", "other", None, None]
