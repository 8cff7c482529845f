"""Text cells to typed values: counts, ratios, durations, times, ids. Vectorised, and honest about what could not be read.

Every parser takes one String series and returns a `Parsed`: the values, and where they are approximate (``1.2万``),
censored (``10万+``, ``<0.1%``: only a bound is known) or bad (not empty, yet not readable). Missing is NULL, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

import polars as pl

from pipelines.ingest.headers import normalise_header

NULL_TOKENS = ("", "-", "--", "—", "–", "/", "N/A", "n/a", "NULL", "null", "nan", "NaN", "None", "暂无数据", "无", "(空)", "(跳过)")
MULTIPLIERS = {"千": 1e3, "k": 1e3, "万": 1e4, "w": 1e4, "m": 1e6, "亿": 1e8, "b": 1e9}
SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "milliseconds": 0.001}

# Small shares come out of Java writers as 7.36E-4.
# Full-width letters, digits and signs, as Chinese keyboards write them. No wider folding: it would make 102 of 10².
FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " ", "\u2212": "-"}

_NUMBER = r"^([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,2})?|[+-]?\.[0-9]+)(千|k|万|w|m|亿|b)?(\+)?$"
_NO_COUNT = r"^[+-]?[0-9]{1,3}\.[0-9]{3}$|[eE]"  # 1.000 is a thousand in German; 1.2E+11 has lost its digits
_DAMAGED_ID = r"^[0-9](?:\.[0-9]+[eE]\+?|[eE]\+)[0-9]+$"

# Formats without a doubt about day and month. (pattern that a value must match, strptime format, precision)
DATETIME_FORMATS = [
    (r"^\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}:\d{2}(\.\d+)?$", "%Y-%m-%d %H:%M:%S%.f", "second"),
    (r"^\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}:\d{2}$", "%Y/%m/%d %H:%M:%S", "second"),
    (r"^\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}$", "%Y-%m-%d %H:%M", "minute"),
    (r"^\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}$", "%Y/%m/%d %H:%M", "minute"),
    (r"^\d{4}-\d{1,2}-\d{1,2}$", "%Y-%m-%d", "day"),
    (r"^\d{4}/\d{1,2}/\d{1,2}$", "%Y/%m/%d", "day"),
    (r"^\d{4}\.\d{1,2}\.\d{1,2}$", "%Y.%m.%d", "day"),
    (r"^\d{4}年\d{1,2}月\d{1,2}日$", "%Y年%m月%d日", "day"),
    (r"^\d{4}年\d{1,2}月\d{1,2}日 ?\d{1,2}:\d{2}:\d{2}$", "%Y年%m月%d日 %H:%M:%S", "second"),
    (r"^\d{4}年\d{1,2}月\d{1,2}日 ?\d{1,2}:\d{2}$", "%Y年%m月%d日 %H:%M", "minute"),
    (r"^\d{4}年\d{1,2}月\d{1,2}日 ?\d{1,2}时\d{1,2}分\d{1,2}秒$", "%Y年%m月%d日 %H时%M分%S秒", "second"),
    (r"^\d{4}(0[1-9]|1[0-2])([0-2]\d|3[01])$", "%Y%m%d", "day"),
    (r"^[A-Z][a-z]{2} \d{1,2}, \d{4}$", "%b %d, %Y", "day"),
    (r"^[A-Z][a-z]{2}, [A-Z][a-z]{2} \d{1,2}, \d{4}$", "%a, %b %d, %Y", "day"),
    (r"^\d{1,2}-[A-Z][a-z]{2}-\d{4}$", "%d-%b-%Y", "day"),
    (r"^\d{1,2}-[A-Z][a-z]{2}-\d{2}$", "%d-%b-%y", "day"),
]
OFFSET_FORMATS = [
    (r"^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} [\d:]{8} [+-]\d{4} \d{4}$", "%a %b %d %H:%M:%S %z %Y", "second"),
    (r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2} ?[+-]\d{4}$", "%Y-%m-%d %H:%M %z", "minute"),
    (r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)? ?[+-]\d{4}$", "%Y-%m-%d %H:%M:%S%.f %z", "second"),
]


@dataclass
class Parsed:
    """One column's values, row-aligned with its input. `None` in place of a mask means: nowhere."""

    values: pl.Series
    approximate: pl.Series | None = None
    censored: pl.Series | None = None
    bad: pl.Series | None = None
    precision: pl.Series | None = None


@dataclass
class Years:
    """How a day written without a year gets one: `fixed`, else the latest year in which it does not lie after `today`."""

    today: datetime
    fixed: int | None = None

    def candidates(self) -> list[int]:
        """The years to try, best first; four back, for a 29 February."""
        return [self.fixed] if self.fixed else [self.today.year + 1 - n for n in range(6)]


def clean(text: pl.Series, null_tokens: tuple[str, ...] | list[str] = ()) -> pl.Series:
    """Trimmed cells, with every token that means "missing" turned into NULL. Full-width digits become plain ones."""
    trimmed = text.str.strip_chars("\ufeff\u200b\u00a0\u3000 \t\r\n")
    if not _is_ascii(trimmed):
        trimmed = trimmed.str.replace_many(FULL_WIDTH)
    tokens = pl.Series([*NULL_TOKENS, *null_tokens])
    frame = pl.DataFrame({"t": trimmed})
    return frame.select(pl.when(pl.col("t").is_in(tokens.implode())).then(None).otherwise(pl.col("t"))).to_series()


def _is_ascii(text: pl.Series) -> bool:
    return bool((text.str.len_bytes() == text.str.len_chars()).all())


def parse_count(text: pl.Series, null_tokens: list[str] | None = None, allow_negative: bool = False) -> Parsed:
    """Whole numbers as Int64: `1,234`, `1.2万`, `3.4w`, `1.2K`, `10万+`. A negative one is bad unless allowed."""
    cells = clean(text, null_tokens or [])
    digits = cells.str.contains(r"^[+-]?[0-9]{1,18}$")
    plain = cells.zip_with(digits.fill_null(False), pl.Series([None], dtype=pl.String)).cast(pl.Int64)
    if digits.all():  # the common case: digits only
        return Parsed(plain, bad=None if allow_negative else _some(plain < 0))
    number, unit, plus = _number_parts(cells)
    scaled = number * unit.replace_strict(MULTIPLIERS, default=1.0, return_dtype=pl.Float64)
    values = plain.zip_with(plain.is_not_null(), scaled.round().cast(pl.Int64, strict=False))
    whole = (scaled - scaled.round()).abs() < 1e-6
    bad = cells.is_not_null() & (values.is_null() | (unit.is_null() & ~whole.fill_null(True)) | cells.str.contains(_NO_COUNT))
    if not allow_negative:
        bad = bad | (scaled < 0).fill_null(False)
    return Parsed(values, approximate=_some(unit.is_not_null()), censored=_some(plus.is_not_null()), bad=_some(bad))


def parse_number(text: pl.Series, null_tokens: list[str] | None = None, allow_negative: bool = True) -> Parsed:
    """Decimal numbers as Float64, thousands separators and ¥ $ signs allowed."""
    cells = clean(text, null_tokens or []).str.replace(r"^([+-]?)[¥￥$€£]\s*", "$1")
    number, unit, plus = _number_parts(cells)
    values = number * unit.replace_strict(MULTIPLIERS, default=1.0, return_dtype=pl.Float64)
    bad = cells.is_not_null() & number.is_null()
    if not allow_negative:
        bad = bad | (values < 0).fill_null(False)
    return Parsed(values, approximate=_some(unit.is_not_null()), censored=_some(plus.is_not_null()), bad=_some(bad))


def parse_ratio(text: pl.Series, scale: str | None, header: str = "", null_tokens: list[str] | None = None) -> Parsed:
    """Shares as Float64 0-1. A `%` sign in the cell decides, then `(%)` in the header, then the format's scale.

    Without any of the three the cell is bad: 0.63 may be 0.63 % or 63 %, and guessing is not reading. `<0.1%` is
    censored. Shares up to 10 (1000 %) exist - replays, exposure counted elsewhere - more than that is bad.
    """
    cells = clean(text, null_tokens or [])
    censored = cells.str.contains(r"^[<>≤≥]")
    bare = cells.str.replace(r"^[<>≤≥]\s*", "")
    has_sign = bare.str.ends_with("%")
    number, unit, plus = _number_parts(bare.str.strip_suffix("%").str.strip_chars())
    percent_header = "(%)" in normalise_header(header)
    divisor = 100.0 if percent_header or scale == "percent" else 1.0
    frame = pl.DataFrame({"n": number, "sign": has_sign})
    values = frame.select(pl.when("sign").then(pl.col("n") / 100.0).otherwise(pl.col("n") / divisor)).to_series()
    no_share = number.is_null() | unit.is_not_null() | plus.is_not_null()
    bad = cells.is_not_null() & (no_share | (values < 0).fill_null(False) | (values > 10).fill_null(False))
    if scale is None and not percent_header:
        bad = bad | (cells.is_not_null() & ~has_sign.fill_null(False))
    return Parsed(values, censored=_some(censored), bad=_some(bad))


def parse_duration(text: pl.Series, unit: str = "seconds", null_tokens: list[str] | None = None) -> Parsed:
    """Durations as seconds (Float64): `8.2`, `18秒`, `32.50s`, `1分20秒`, `2时3分`, `0:13:29`, `1:23` (minutes:seconds), `PT1M30S`."""
    cells = clean(text, null_tokens or [])
    number, suffix, plus = _number_parts(cells)
    bare = number.zip_with(suffix.is_null() & plus.is_null(), pl.Series([None], dtype=pl.Float64)) * SECONDS[unit]
    clock = _clock_seconds(cells)
    words = _word_seconds(cells)
    frame = pl.DataFrame({"bare": bare, "clock": clock, "words": words, "iso": _iso_seconds(cells)})
    values = frame.select(pl.coalesce("bare", "clock", "words", "iso")).to_series()
    bad = cells.is_not_null() & (values.is_null() | (values < 0).fill_null(False))
    return Parsed(values, bad=_some(bad))


def parse_datetime(
    text: pl.Series,
    timezone: str,
    formats: list[str] | None = None,
    null_tokens: list[str] | None = None,
    years: Years | None = None,
) -> Parsed:
    """Moments as UTC Datetime with their precision (second, minute, day).

    Naive values are local to `timezone`. Day-month orders that can be read two ways (`01/08/2026`) are read only
    through `formats` of the format spec. Epochs are told by their digits: 10 seconds, 13 ms, 16 µs. 4-5 digit numbers
    with decimals are Excel's serial days. `years` completes what a format without a year reads.
    """
    cells = clean(text, null_tokens or []).str.replace_all(r"\s+", " ")
    utc = _utc(cells, timezone, formats or [], years)
    bad = cells.is_not_null() & utc["at"].is_null()
    return Parsed(utc["at"], bad=_some(bad), precision=utc["precision"])


def parse_date(
    text: pl.Series,
    timezone: str,
    formats: list[str] | None = None,
    null_tokens: list[str] | None = None,
    years: Years | None = None,
) -> Parsed:
    """Days as Date: the platform's own day, never shifted to another zone."""
    parsed = parse_datetime(text, timezone, formats, null_tokens, years)
    return Parsed(parsed.values.dt.convert_time_zone(timezone).dt.date(), bad=parsed.bad)


def parse_id(text: pl.Series) -> Parsed:
    """Ids as text: TAB, leading quote and `="…"` removed. `1.22E+17` is bad: a spreadsheet has destroyed it."""
    cells = clean(text).str.replace(r'^="(.*)"$', "$1").str.strip_chars("'\t ")
    cells = cells.str.replace(r"^(\d+)\.0$", "$1")
    cells = cells.zip_with((cells != "").fill_null(False), pl.Series([None], dtype=pl.String))
    return Parsed(cells, bad=_some(cells.str.contains(_DAMAGED_ID) | _zeroed(cells)))


def _zeroed(ids: pl.Series) -> pl.Series:
    """Long ids that all end in zeros after 15 digits: a spreadsheet wrote them as numbers. Six such digits rule out chance."""
    for part in (ids.head(100), ids):  # one id with digits of its own settles it, mostly at once
        long = part.str.contains(r"^[0-9]{16,}$").fill_null(False)
        tails = part.filter(long).unique().str.slice(15)
        if not tails.str.contains(r"^0+$").all():
            return pl.repeat(False, ids.len(), eager=True)
    return long if tails.str.len_chars().sum() >= 6 else pl.repeat(False, ids.len(), eager=True)


def parse_boolean(text: pl.Series, flag: dict[str, list[str]]) -> Parsed:
    """True/false words as Boolean; `flag` names further words for `true` and `false`."""
    cells = clean(text).str.to_lowercase()
    true = [w.lower() for w in flag.get("true", [])] + ["true", "1", "yes", "是"]
    false = [w.lower() for w in flag.get("false", [])] + ["false", "0", "no", "否"]
    words = {**dict.fromkeys(false, False), **dict.fromkeys(true, True)}
    values = cells.replace_strict(words, default=None, return_dtype=pl.Boolean)
    return Parsed(values, bad=_some(cells.is_not_null() & values.is_null()))


def parse_words(text: pl.Series, words: dict[str, str]) -> Parsed:
    """Names of a known set as its ids, however they are written; any other word is bad."""
    cells = clean(text)
    ids = {name: words.get(normalise_header(name)) for name in cells.drop_nulls().unique()}
    values = cells.replace_strict(ids, default=None, return_dtype=pl.String)
    return Parsed(values, bad=_some(cells.is_not_null() & values.is_null()))


def parse_list(text: pl.Series, separator: str) -> Parsed:
    """Texts with items between separators as lists of trimmed items; an empty cell is NULL."""
    items = clean(text).str.split(separator).list.eval(pl.element().str.strip_chars())
    return Parsed(items.list.eval(pl.element().filter(pl.element() != "")))


def with_decimal_points(text: pl.Series) -> pl.Series:
    """`1 234,56` and `1.234,56` as `1234.56`, for formats that declare the comma."""
    bare = text.str.replace_all(r"[\s\u00a0\u202f.]", "")
    return bare.str.replace(",", ".", literal=True)


def map_words(text: pl.Series, mapping: dict[str, str], default: str | None) -> pl.Series:
    """Raw words to canonical ones; a key written `/…/` is a regular expression, tried in order after the exact words."""
    cells = text.str.strip_chars()
    exact = {k: v for k, v in mapping.items() if not k.startswith("/")}
    frame = pl.DataFrame({"t": cells})
    result = pl.col("t").replace_strict(exact, default=None, return_dtype=pl.String) if exact else pl.lit(None, pl.String)
    for key, value in mapping.items():
        if key.startswith("/"):
            result = pl.when(result.is_null() & pl.col("t").str.contains(key.strip("/"))).then(pl.lit(value)).otherwise(result)
    if default is not None:
        result = pl.when(result.is_null() & pl.col("t").is_not_null() & (pl.col("t") != "")).then(pl.lit(default)).otherwise(result)
    elif not mapping:
        result = pl.col("t")
    return frame.select(result.alias("t")).to_series()


def _some(mask: pl.Series) -> pl.Series | None:
    """The mask without NULLs, or None when it is false everywhere."""
    filled = mask.fill_null(False)
    return filled if filled.any() else None


def _number_parts(cells: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """(number, unit, plus sign) of each cell; NULL number where the cell is no number."""
    parts = cells.str.to_lowercase().str.replace_all("，", ",").str.extract_groups(_NUMBER).struct.unnest()
    number = parts["1"].str.replace_all(",", "").cast(pl.Float64, strict=False)
    return number, parts["2"], parts["3"]


def _clock_seconds(cells: pl.Series) -> pl.Series:
    """`h:mm:ss` or `m:ss`. A time cell of a workbook comes as a moment on the spreadsheet's day 0, a longer one as days in January 1900."""
    dated = cells.str.extract_groups(r"^(?:1899-12-3[01]|1900-01-([0-9]{2})) ([0-9:]{8})$").struct.unnest()
    clock = dated["2"].zip_with(dated["2"].is_not_null(), cells)
    parts = clock.str.extract_groups(r"^(?:(?:([0-9]+):([0-5]?[0-9]))|([0-9]{1,3})):([0-5][0-9](?:\.[0-9]+)?)$").struct.unnest()
    days, hours, minutes, bare_minutes = (s.cast(pl.Float64).fill_null(0) for s in (dated["1"], parts["1"], parts["2"], parts["3"]))
    return days * 86400 + hours * 3600 + (minutes + bare_minutes) * 60 + parts["4"].cast(pl.Float64)


def _iso_seconds(cells: pl.Series) -> pl.Series:
    """ISO 8601 as APIs write it: `PT1M30S`, `P1DT2H`."""
    amount = r"([0-9]+(?:\.[0-9]+)?)"
    parts = cells.str.extract_groups(rf"^P(?:{amount}D)?(?:T(?:{amount}H)?(?:{amount}M)?(?:{amount}S)?)?$").struct.unnest()
    numbers = [parts[c].cast(pl.Float64, strict=False) for c in ("1", "2", "3", "4")]
    total = reduce(lambda a, b: a + b, (n.fill_null(0) * f for n, f in zip(numbers, (86400.0, 3600.0, 60.0, 1.0), strict=True)))
    found = reduce(lambda a, b: a | b, (n.is_not_null() for n in numbers))
    return pl.DataFrame({"t": total, "f": found}).select(pl.when("f").then("t")).to_series()


def _word_seconds(cells: pl.Series) -> pl.Series:
    amount = r"([0-9]+(?:\.[0-9]+)?)"
    pattern = rf"(?i)^(?:{amount}\s*(?:小时|时|h))?\s*(?:{amount}\s*(?:分钟|分|min|m))?\s*(?:{amount}\s*(?:秒|s))?$"
    parts = cells.str.extract_groups(pattern).struct.unnest()
    numbers = [parts[c].cast(pl.Float64, strict=False) for c in ("1", "2", "3")]
    total = reduce(lambda a, b: a + b, (n.fill_null(0) * f for n, f in zip(numbers, (3600.0, 60.0, 1.0), strict=True)))
    found = numbers[0].is_not_null() | numbers[1].is_not_null() | numbers[2].is_not_null()
    return pl.DataFrame({"t": total, "f": found}).select(pl.when("f").then("t")).to_series()


def _utc(cells: pl.Series, timezone: str, formats: list[str], years: Years | None) -> pl.DataFrame:
    """Columns `at` (UTC) and `precision`. Each way to write a moment is tried on what is still open; most columns know one."""
    empty = [pl.lit(None, pl.Datetime("us", "UTC")).alias("at"), pl.lit(None, pl.String).alias("precision")]
    frame = pl.DataFrame({"t": cells}).with_columns(empty)
    is_open = pl.col("t").is_not_null() & pl.col("at").is_null()
    for shape, moment, grain in _ways(timezone, formats, years):
        if not frame.select((is_open & shape).any()).item():
            continue
        read = pl.when(is_open & shape).then(moment)
        known = pl.when(read.is_not_null()).then(pl.lit(grain))
        frame = frame.with_columns(pl.coalesce("at", read).alias("at"), pl.coalesce("precision", known).alias("precision"))
        if not frame.select(is_open.any()).item():
            break
    return frame.select("at", "precision")


def _ways(timezone: str, formats: list[str], years: Years | None) -> Iterator[tuple[pl.Expr, pl.Expr, str]]:
    """(what a cell looks like, what it means, how precise it is): those that the format declares come first."""
    text = pl.col("t")
    for fmt in formats:
        grain = "second" if "%S" in fmt else "minute" if "%M" in fmt else "day"
        if years and not re.search("%[YyDFxcsGC]", fmt):
            yield text.is_not_null(), _in_latest_year(text, fmt, timezone, grain, years), grain
        else:
            yield text.is_not_null(), _naive(text, fmt, timezone, grain), grain
    for pattern, fmt, grain in DATETIME_FORMATS:
        source = text.str.replace("T", " ") if " %H" in fmt and fmt.startswith("%Y-") else text
        source = source.str.replace(r"日(\d{1,2}[:时])", "日 $1") if "日 %H" in fmt else source
        yield text.str.contains(pattern), _naive(source, fmt, timezone, grain), grain
    for pattern, fmt, grain in OFFSET_FORMATS:
        source = text.str.replace("T", " ").str.replace(r" ?([+-]\d{4})$", " $1") if fmt.startswith("%Y") else text
        yield text.str.contains(pattern), source.str.to_datetime(fmt, strict=False, time_zone="UTC", time_unit="us"), grain
    for grain in ("minute", "second"):
        yield *_iso_offset(text, grain), grain
    for digits, divisor in ((10, 1_000_000), (13, 1_000), (16, 1)):
        shape = text.str.contains(rf"^[0-9]{{{digits}}}(?:\.[0-9]+)?$")
        micros = (pl.when(shape).then(text).cast(pl.Float64, strict=False) * divisor).round().cast(pl.Int64)  # other lengths would overflow
        yield shape, micros.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"), "second"
    yield *_excel_serial(text, timezone), "second"


def _in_latest_year(text: pl.Expr, fmt: str, timezone: str, grain: str, years: Years) -> pl.Expr:
    """A day without a year: in the fixed year, else in the latest that does not put it after today."""
    dated = [_naive(pl.concat_str(pl.lit(f"{year} "), text), f"%Y {fmt}", timezone, grain) for year in years.candidates()]
    if years.fixed:
        return dated[0]
    return pl.coalesce([pl.when(moment <= years.today).then(moment) for moment in dated])


def _naive(text: pl.Expr, fmt: str, timezone: str, grain: str) -> pl.Expr:
    """Local wall time to UTC. A time that summer time repeats is its first, one that it skips is NULL; a day begins when its clocks do."""
    parsed = text.str.strptime(pl.Datetime("us"), fmt, strict=False)
    local = parsed.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    if grain == "day":
        later = parsed.dt.offset_by("1h").dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        local = pl.coalesce(local, later)
    return local.dt.convert_time_zone("UTC")


def _iso_offset(text: pl.Expr, grain: str) -> tuple[pl.Expr, pl.Expr]:
    """ISO 8601 with `Z` or `+08:00`, to the second or to the minute."""
    shape = text.str.contains(
        r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}" + (r":\d{2}(\.\d+)?" if grain == "second" else "") + r"(Z|[+-]\d{2}:\d{2})$"
    )
    fmt = "%Y-%m-%d %H:%M:%S%.f%z" if grain == "second" else "%Y-%m-%d %H:%M%z"
    with_offset = text.str.replace(r"Z$", "+00:00").str.replace("T", " ").str.replace(r"([+-]\d{2}):(\d{2})$", "$1$2")
    return shape, with_offset.str.to_datetime(fmt, strict=False, time_zone="UTC", time_unit="us")


def _excel_serial(text: pl.Expr, timezone: str) -> tuple[pl.Expr, pl.Expr]:
    """Excel counts days from 1899-12-30; whole seconds survive the fraction of a day."""
    shape = text.str.contains(r"^[2-7]\d{4}(\.\d+)?$")
    seconds = (pl.when(shape).then(text).cast(pl.Float64, strict=False) * 86400).round().cast(pl.Int64, strict=False) - 25569 * 86400
    local = (seconds * 1_000_000).cast(pl.Datetime("us"))
    return shape, local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
