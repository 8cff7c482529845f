"""How figures are written: 万/亿 in Chinese, K/M in English, and a dash where there is no figure."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from dashboards.i18n import lang, t

MISSING = "—"
# K only from ten thousand on: 5,559 is as short as 5.56K and says more.
SCALES = {"zh": [(1e8, "亿", 1.0), (1e4, "万", 1.0)], "en": [(1e9, "B", 1.0), (1e6, "M", 1.0), (1e3, "K", 10.0)]}
# What a spreadsheet may take for the start of a formula, in half and full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "=", "+", "-", "@")
MARKDOWN_MARKS = "\\`*_{}[]()<>#+-.!|$~:"


def is_missing(value: Any) -> bool:
    """Whether there is no figure: None, NaN, NaT or NA; 0 is a figure."""
    return value is None or value is pd.NA or value != value


def count(value: Any) -> str:
    """A count or amount, shortened: 12,300 is 1.23万 or 12.3K; below the first scale it is written in full."""
    if is_missing(value):
        return MISSING
    number = float(value)
    # 99,999,999 is 1亿, not 10000万: the scale is chosen after rounding.
    for size, suffix, least in SCALES[lang()]:
        if abs(number) >= size * least * 0.99995:
            return _digits(number / size) + suffix
    return f"{number:,.0f}" if number == int(number) or abs(number) >= 100 else f"{number:,.1f}"


def _digits(scaled: float) -> str:
    decimals = 2 if abs(scaled) < 10 else 1 if abs(scaled) < 1000 else 0
    text = f"{scaled:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimal(value: Any) -> str:
    """A score with two decimals."""
    return MISSING if is_missing(value) else f"{float(value):.2f}"


def exact(value: Any) -> str:
    """A count in full, for sums that a reader checks."""
    return MISSING if is_missing(value) else f"{float(value):,.0f}"


def signed(value: Any) -> str:
    """A count with its sign, for changes."""
    return MISSING if is_missing(value) else ("+" if float(value) > 0 else "") + count(value)


def rate(value: Any) -> str:
    """A share of 0-1 as a percentage; small ones keep two decimals."""
    if is_missing(value):
        return MISSING
    percent = float(value) * 100
    return f"{percent:.2f}%" if abs(percent) < 10 else f"{percent:.1f}%"


def change(now: Any, before: Any) -> float | None:
    """The relative change against before, None where either is missing or before is 0."""
    if is_missing(now) or is_missing(before) or float(before) == 0:
        return None
    return (float(now) - float(before)) / abs(float(before))


def percent_change(value: float | None) -> str:
    """A relative change as +12.3%; from tenfold on as a multiple."""
    if is_missing(value) or value is None:
        return MISSING
    if value >= 10:
        return f"×{value + 1:,.0f}"
    return f"{value * 100:+.1f}%"


def colored(text: str, good_direction: str = "up") -> str:
    """A signed change in Streamlit's Markdown colours: green where it is good, red where it is bad; the sign says the same."""
    if good_direction == "neutral" or not text.startswith(("+", "-")) or text.lstrip("+-").strip("0.%") == "":
        return text
    is_good = text.startswith("+") == (good_direction != "down")
    return f":{'green' if is_good else 'red'}[{text}]"


def duration(seconds: Any) -> str:
    """Seconds in the largest unit that keeps the figure readable."""
    if is_missing(seconds):
        return MISSING
    value = float(seconds)
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if value >= size:
            return t(f"unit.{unit}", n=f"{value / size:.1f}".rstrip("0").rstrip("."))
    return t("unit.second", n=f"{value:.1f}".rstrip("0").rstrip("."))


def value(figure: Any, unit: str | None) -> str:
    """A figure in the registry's unit: ratio, seconds, a currency, or a count."""
    if is_missing(figure):
        return MISSING
    if unit in ("ratio", "rate", "share", "percent", "0-1"):
        return rate(figure)
    if unit == "score" or unit == "per post":
        return decimal(figure)
    if unit == "p":
        return "<0.001" if float(figure) < 0.001 else f"{float(figure):.3f}"
    if unit == "times":
        return f"{float(figure):.2f}×"
    if unit in ("seconds", "second", "s"):
        return duration(figure)
    if unit and len(unit) == 3 and unit.isupper():
        return {"CNY": "¥", "USD": "$"}.get(unit, unit + " ") + count(figure)
    return count(figure)


def day(value: Any) -> str:
    """A date as 2026-11-21, the same in both languages."""
    return MISSING if is_missing(value) else _date(value).isoformat()


def short_day(value: Any) -> str:
    """A date as 11-21, for chart labels and sentences."""
    return MISSING if is_missing(value) else _date(value).strftime("%m-%d")


def weekday(value: Any) -> str:
    """The day of the week, in words."""
    return t(f"weekday.{_date(value).isoweekday()}")


def moment(value: Any) -> str:
    """A time as 11-21 08:00, with the year where it is not this one."""
    if is_missing(value):
        return MISSING
    return f"{value:%m-%d %H:%M}" if value.year == dt.date.today().year else f"{value:%Y-%m-%d %H:%M}"


def _date(value: Any) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def age(hours: Any) -> str:
    """An age given in hours, as minutes, hours or days."""
    return MISSING if is_missing(hours) or math.isinf(float(hours)) else duration(max(float(hours), 0) * 3600)


def safe_cell(text: Any) -> Any:
    """Text that a spreadsheet shows rather than runs; anything but text stays as it is."""
    if isinstance(text, str) and text.lstrip(" \u3000\u00a0\ufeff").startswith(FORMULA_STARTS):
        return "'" + text
    return text


def plain(text: Any) -> str:
    """Text from outside made safe inside Markdown: no image, link, colour or heading comes of it."""
    return "".join("\\" + mark if mark in MARKDOWN_MARKS else mark for mark in str(text or "").replace("\n", " "))
