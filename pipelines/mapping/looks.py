"""What the cells of a column look like: facts that help a person decide, and nothing that decides for them."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from pipelines.ingest import values

SAMPLES = 5
MOST = 0.8  # of the filled cells: a few odd ones do not change what a column is

_DAY_MONTH = r"^(\d{1,2})([/.\-])(\d{1,2})(?:[/.\-](\d{4}|\d{2}))?(?:,? (\d{1,2}:\d{2}(:\d{2})?)( ?[AaPp][Mm])?)?$"
_CHINESE_DAY = r"^\d{1,2}月\d{1,2}日$"
_LINK = r"^(?:https?://|www\.)\S+$"
_GROUPED = r"^-?\d{1,3}(?:[. \u00a0\u202f]\d{3})+(?:,\d+)?$"
_COMMA = r"^-?\d+,\d{1,2}%?$|^-?\d{1,3}(?:[. \u00a0\u202f]\d{3})+,\d+$"
BOOLEANS = ["是", "否", "true", "false", "yes", "no"]


@dataclass
class Looks:
    """The look of one column; see `DraftColumn` for the fields."""

    looks_like: str
    samples: list[str]
    seen: list[str] = field(default_factory=list)
    date_shapes: list[str] = field(default_factory=list)
    negatives: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)


def look_at(cells: pl.Series) -> Looks:
    """The look of a column's cells."""
    text = values.clean(cells.cast(pl.String)).drop_nulls()
    samples = [sample[:80] for sample in text.unique(maintain_order=True).head(SAMPLES).to_list()]
    if text.is_empty():
        return Looks("empty", [])
    shapes = _date_shapes(text)
    if shapes:
        return Looks("ambiguous_date", samples, ["ambiguous_date", *_orders_that_fit(text)], shapes)
    if _mostly(text.str.contains(_CHINESE_DAY)):
        return Looks("date", samples, formats=["%m月%d日"])
    if _mostly(text.str.contains(_LINK)):
        return Looks("link", samples)
    return _number(text, samples) or _moment(text, samples) or _words(text, samples)


def _number(text: pl.Series, samples: list[str]) -> Looks | None:
    """Counts, decimals and shares. Text of digits that is too long to be counted is an id."""
    bare = text.str.strip_suffix("%").str.strip_chars()
    read = values.parse_number(bare)
    ok = read.values.is_not_null() | text.str.contains(_GROUPED) | text.str.contains(_COMMA)
    if not _mostly(ok) or _mostly(text.str.contains(r"^\d{4}(0[1-9]|1[0-2])([0-2]\d|3[01])$")):
        return None
    seen = []
    has_sign = text.str.ends_with("%")
    if has_sign.any():
        seen.append("percent_sign")
    if not has_sign.all():
        seen.append("bare_number")
    if _may_be_comma(text):
        seen.append("decimal_comma")
    below = text.filter((read.values < 0).fill_null(False))
    negatives = below.unique(maintain_order=True).head(SAMPLES).to_list()
    if negatives:
        seen.append("negative")
    if _mostly(has_sign):
        return Looks("percent", samples, seen, negatives=negatives)
    if _mostly(text.str.contains(r"^\d{12,}$")):
        return Looks("id", samples, [*seen, "unread_date"] if not _mostly(text.str.contains(r"^\d{13}$|^\d{16}$")) else seen)
    whole = values.parse_count(text, allow_negative=True)
    return Looks("count" if whole.bad is None else "number", samples, seen, negatives=negatives)


def _may_be_comma(text: pl.Series) -> bool:
    """Whether a comma may stand before the decimals: `1,5` says so; `1.500` leaves it open unless another value has a plain point."""
    grouped, pointed = text.str.contains(_GROUPED), text.str.contains(r"^-?0\.|\.(?:\d{1,2}|\d{4,})$")
    return bool(text.str.contains(_COMMA).any() or (grouped.any() and not pointed.any()))


def _moment(text: pl.Series, samples: list[str]) -> Looks | None:
    read = values.parse_datetime(text, "UTC")
    if not _mostly(read.values.is_not_null()):
        return None
    seen = ["unread_date"] if read.bad is not None else []
    only_days = read.precision is not None and (read.precision.drop_nulls() == "day").all()
    return Looks("date" if only_days else "datetime", samples, seen)


def _words(text: pl.Series, samples: list[str]) -> Looks:
    if _mostly(values.parse_duration(text).values.is_not_null()):
        return Looks("duration", samples, ["unread_date"])
    kind = "boolean" if text.str.to_lowercase().is_in(BOOLEANS).all() else "text"
    return Looks(kind, samples, ["unread_date"])


def _date_shapes(text: pl.Series) -> list[str]:
    """The ways in which days are written whose day and month could change places, as `{0}/{1}/%Y %H:%M`."""
    parts = text.str.extract_groups(_DAY_MONTH).struct.unnest()
    fits = parts["1"].is_not_null() & (parts["4"].is_not_null() | (parts["2"] != "."))  # 3.14 is a number
    if not _mostly(fits):
        return []
    kinds = parts.filter(fits).select(
        pl.col("2").alias("between"),
        pl.col("4").str.len_chars().alias("year"),
        pl.col("5").is_not_null().alias("clock"),
        pl.col("6").is_not_null().alias("seconds"),
        pl.when(pl.col("7").is_null()).then(pl.lit("")).when(pl.col("7").str.starts_with(" ")).then(pl.lit(" %p")).otherwise(pl.lit("%p")),
    )
    return [_shape(*kind) for kind in kinds.unique(maintain_order=True).to_numpy().tolist()]


def _shape(between: str, year: int | None, clock: bool, seconds: bool, half: str) -> str:
    day = f"{{0}}{between}{{1}}" + (f"{between}{'%Y' if year == 4 else '%y'}" if year == year and year else "")
    hour = "%I" if half else "%H"
    return day + (f" {hour}:%M{':%S' if seconds else ''}{half}" if clock else "")


def _orders_that_fit(text: pl.Series) -> list[str]:
    """Which orders of day and month every value allows: evidence to show, as both may."""
    parts = text.str.extract_groups(_DAY_MONTH).struct.unnest()
    first, second = parts["1"].cast(pl.Int64), parts["3"].cast(pl.Int64)
    fits = {"day_first_fits": second.max(), "month_first_fits": first.max()}
    return [name for name, highest in fits.items() if highest is not None and highest <= 12]  # type: ignore[operator]


def _mostly(mask: pl.Series) -> bool:
    share = mask.fill_null(False).mean()
    return isinstance(share, float) and share >= MOST
