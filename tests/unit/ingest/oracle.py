"""What a cell means, in plain Python written from the description of the formats and not from the parsers. `BAD` is a rejected cell."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

BAD = "BAD"
MISSING = {"", "-", "--", "—", "–", "/", "N/A", "n/a", "NULL", "null", "nan", "NaN", "None", "暂无数据", "无", "(空)", "(跳过)"}
UNITS = {"千": 3, "k": 3, "K": 3, "万": 4, "w": 4, "W": 4, "m": 6, "M": 6, "亿": 8, "b": 9, "B": 9}


def cell(text: str) -> str | None:
    """The trimmed cell with plain digits, or None where it means missing."""
    trimmed = text.strip("\ufeff\u200b\u00a0\u3000 \t\r\n")
    plain = (
        "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in trimmed).replace("\u3000", " ").replace("\u2212", "-")
    )
    return None if plain in MISSING else plain


def _decimal(text: str) -> Decimal | None:
    """A plain or grouped decimal number; no exponent."""
    grouped = re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text)
    plain = re.fullmatch(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)", text)
    return Decimal(text.replace(",", "")) if grouped or plain else None


def count(text: str) -> Any:
    """(value, approximate, censored), None for missing, or BAD."""
    plain = cell(text)
    if plain is None:
        return None
    censored = plain.endswith("+")
    body = plain.removesuffix("+")
    unit = body[-1:] if body[-1:] in UNITS else ""
    number = _decimal(body.removesuffix(unit) if unit else body)
    if number is None or number < 0:
        return BAD
    if not unit and (number != number.to_integral_value() or re.fullmatch(r"\+?[0-9]{1,3}\.[0-9]{3}", body)):
        return BAD
    with localcontext() as context:
        context.prec = 60
        value = int((number * 10 ** UNITS.get(unit, 0)).to_integral_value(ROUND_HALF_EVEN))
    return (value, bool(unit), censored) if value < 2**63 else BAD


def number(text: str) -> Any:
    """The amount with its unit, None for missing, or BAD. A plus sign after it says "at least" and is no part of it."""
    plain = cell(text)
    if plain is None:
        return None
    marked = re.fullmatch(r"([+-]?)[¥￥$€£]\s*(.*)", plain, re.DOTALL)
    body = (marked[1] + marked[2] if marked else plain).removesuffix("+")
    unit = body[-1:] if body[-1:] in UNITS else ""
    amount = _decimal(body.removesuffix(unit) if unit else body)
    return BAD if amount is None else float(amount * 10 ** UNITS.get(unit, 0))


def ratio(text: str, percent: bool) -> Any:
    """The share, None for missing, or BAD."""
    plain = cell(text)
    if plain is None:
        return None
    body = re.sub(r"^[<>≤≥]\s*", "", plain)
    signed = body.endswith("%")
    number = _decimal(body.removesuffix("%").strip())
    if number is None:
        return BAD
    share = float(number) / (100 if signed or percent else 1)
    return share if 0 <= share <= 10 else BAD


def duration(text: str) -> Any:
    """Seconds, None for missing, or BAD."""
    plain = cell(text)
    if plain is None:
        return None
    number = _decimal(plain)
    if number is not None:
        return float(number) if number >= 0 else BAD
    clock = plain.split(":")
    if 2 <= len(clock) <= 3 and re.fullmatch(r"[0-9:]+(\.[0-9]+)?", plain):
        return _clock(clock)
    amount = r"([0-9]+(?:\.[0-9]+)?)"
    words = re.fullmatch(rf"(?i)(?:{amount}\s*(?:小时|时|h))?\s*(?:{amount}\s*(?:分钟|分|min|m))?\s*(?:{amount}\s*(?:秒|s))?", plain)
    if words and any(words.groups()):
        return sum(float(part or 0) * factor for part, factor in zip(words.groups(), (3600, 60, 1), strict=True))
    iso = re.fullmatch(rf"P(?:{amount}D)?(?:T(?:{amount}H)?(?:{amount}M)?(?:{amount}S)?)?", plain)
    if iso and any(iso.groups()):
        return sum(float(part or 0) * factor for part, factor in zip(iso.groups(), (86400, 3600, 60, 1), strict=True))
    return BAD


def _clock(parts: list[str]) -> Any:
    *front, seconds = parts
    if not re.fullmatch(r"[0-9]{2}(\.[0-9]+)?", seconds) or float(seconds) >= 60 or not all(front):
        return BAD
    if len(front) == 2 and (int(front[1]) >= 60 or len(front[1]) > 2):
        return BAD
    if len(front) == 1 and len(front[0]) > 3:
        return BAD
    hours = int(front[0]) if len(front) == 2 else 0
    return hours * 3600 + int(front[-1]) * 60 + float(seconds)


def moment(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: str) -> Any:
    """UTC of a wall time, or BAD where there is no such day or time; the earlier one where there are two."""
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(zone), fold=0)
    except ValueError:
        return BAD
    utc = local.astimezone(UTC)
    return utc if utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None) else BAD


def day(year: int, month: int, day_of_month: int) -> Any:
    """The day, or BAD where the calendar has none."""
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return BAD


def excel(serial: float, zone: str) -> Any:
    """UTC of a spreadsheet's serial day."""
    local = datetime(1899, 12, 30) + timedelta(seconds=round(serial * 86400))
    return moment(*local.timetuple()[:6], zone)


def identifier(text: str) -> Any:
    """The id, None for missing, or BAD for a number that lost its digits."""
    plain = cell(text)
    if plain is None:
        return None
    wrapped = re.fullmatch(r'="(.*)"', plain, re.DOTALL)
    body = (wrapped[1] if wrapped else plain).strip("'\t ")
    if re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+", body):
        return BAD
    body = re.sub(r"^([0-9]+)\.0$", r"\1", body)
    return body or None
