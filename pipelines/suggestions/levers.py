"""Which posts follow an action: the levers that a post itself shows."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

YES = ("true", "yes", "with", "1")
NO = ("false", "no", "without", "0")
SLOTS = ("publish_slot", "slot")
REPLY_SECONDS = 3600
SHARED = ("content_type", "topic", "is_holiday")


def follows(lever: str | None, to_level: str | None, columns: list[str]) -> pl.Expr | None:
    """Whether a post of int_post_features is at `to_level` (NULL where unknown); None for a lever that posts do not show."""
    if lever is None or to_level is None:
        return None
    level = to_level.strip().lower()
    if lever in SLOTS and (hours := re.fullmatch(r"(\d{1,2})(?::00)?\s*[-–~]\s*(\d{1,2})(?::00)?", level)):
        return _within(int(hours[1]), int(hours[2]))
    if lever in ("is_fast_reply", "fast_reply", "first_reply_seconds"):
        is_fast = pl.col("first_reply_seconds") <= REPLY_SECONDS
        return ~is_fast if level in NO else is_fast
    if lever == "is_weekend":
        return (pl.col("iso_weekday") >= 6) == (level in YES)
    if lever.startswith(("has_", "is_")) and lever in columns and level in (*YES, *NO):
        return pl.col(lever) == (level in YES)
    if lever in SHARED and lever in columns:
        return pl.col(lever).cast(pl.String).str.to_lowercase() == level
    if lever == "emoji_count" and level.isdigit():
        return pl.col("emoji_count") >= int(level)
    if lever == "duration_bin" and (bounds := re.fullmatch(r"([\d.]+)(?:-([\d.]+))?s?\+?", level)):
        return (pl.col("duration_seconds") > float(bounds[1])) & (pl.col("duration_seconds") <= float(bounds[2] or "inf"))
    return None


def _within(first: int, last: int) -> pl.Expr:
    """Hours from `first` to `last`, both included, over midnight where it lies before."""
    hour = pl.col("local_hour")
    return (hour >= first) & (hour <= last) if first <= last else (hour >= first) | (hour <= last)


def eligible_rates(posts: pl.DataFrame, effects: list[dict[str, Any]]) -> dict[str, float]:
    """Per effect key the share of its scope's posts that do not follow the action yet; effects that posts cannot tell are left out."""
    rates: dict[str, float] = {}
    for effect in effects:
        followed = follows(effect["lever"], effect["to_level"], posts.columns)
        if followed is None or effect["outcome_unit"] != "per_post":
            continue
        share = posts.filter(in_scope(effect)).select(followed.alias("is_followed"))["is_followed"].drop_nulls()
        if share.len():
            rates[effect["effect_key"]] = 1 - float(share.mean())  # type: ignore[arg-type]
    return rates


def in_scope(row: dict[str, Any]) -> pl.Expr:
    """Whether a post lies in the scope of a suggestion or effect, as far as platform and account tell."""
    parts = [pl.col(name) == row[name] for name in ("platform", "account_key") if row.get(name) is not None]
    return pl.all_horizontal([pl.lit(True), *parts])
