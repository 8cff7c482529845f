"""From posts to the matrix of the count model: controls that could mislead, levers that people could pull, and their contrasts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from pipelines.analyses.causal.count_model import Groups, groups_of
from pipelines.analyses.statistics import Array

UNKNOWN = "unknown"
CURRENT_MIX = "current_mix"
SLOT_HOURS = 3
SLOTS = tuple(f"{hour:02d}-{hour + SLOT_HOURS - 1:02d}" for hour in range(0, 24, SLOT_HOURS))  # hours included, on the platform's clock
FEWEST_POSTS_OF_A_LEVEL = 20  # a rarer level of a control is "rest"
FEWEST_ACCOUNTS_OF_A_LEVEL = 2
FEWEST_POSTS_FOR_OWN_HOURS = 300  # a platform with fewer shares the hours' effect with the other small ones
MOST_EMOJI = 5
TITLE_STEP = 10  # characters per unit of title_length
# Yes-or-no levers and the direction that is put to the test.
SWITCHES = {
    "has_question": ("false", "true"),
    "has_vote": ("false", "true"),
    "has_lottery": ("false", "true"),
    "has_number": ("false", "true"),
    "is_long_title": ("true", "false"),
    "is_weekend": ("false", "true"),
}
KINDS_OF_CONTENT = ("content_type", "topic", "duration_bin")
DURATIONS = (15, 30, 60, 180)


@dataclass(frozen=True)
class Lever:
    """Something people could do otherwise: which posts did it, and the contrast of columns that measures it."""

    name: str
    from_level: str
    to_level: str
    contrast: dict[str, float]  # column to weight
    treated: Array  # (n,) bool, at to_level
    known: Array  # (n,) bool


@dataclass(frozen=True)
class Design:
    """Columns by name over the rows of a frame; controls stand before levers."""

    names: list[str]
    x: Array
    levers: list[Lever]


def prepared(posts: pl.DataFrame) -> pl.DataFrame:
    """The posts fit for comparison (mature, dated), one account after another in time, with the columns a design is made of."""
    duration = pl.col("duration_seconds")
    return (
        posts.filter(pl.col("is_mature").fill_null(False), pl.col("published_date").is_not_null(), pl.col("account_key").is_not_null())
        .sort("account_key", "published_at", "post_key")
        .with_columns(
            slot=slot_of(),
            is_weekend=pl.col("iso_weekday") >= 6,
            weekday=pl.col("iso_weekday").cast(pl.String).fill_null(UNKNOWN),
            day_type=pl.when((pl.col("iso_weekday") >= 6) | pl.col("is_holiday").fill_null(False))
            .then(pl.lit("weekend"))
            .otherwise(pl.lit("workday")),
            month=pl.col("published_date").dt.strftime("%Y-%m"),
            festival=pl.col("shopping_festival").fill_null("none"),
            duration_bin=duration.cut(list(DURATIONS), labels=duration_labels()).cast(pl.String),
            age_basis=pl.when(pl.col("outcome_age_days") == 7).then(pl.lit("seven")).otherwise(pl.lit("latest")),
        )
    )


def slot_of() -> pl.Expr:
    """The day part of local_hour, NULL where the hour is not known."""
    return (pl.col("local_hour") // SLOT_HOURS).cast(pl.Int64).replace_strict(dict(enumerate(SLOTS)), default=None, return_dtype=pl.String)


def duration_labels() -> list[str]:
    """The names of the duration bins, shortest first."""
    edges = ["0", *(str(edge) for edge in DURATIONS)]
    return [f"{low}-{high}s" for low, high in pairwise(edges)] + [f"{edges[-1]}s+"]


def account_groups(frame: pl.DataFrame) -> Groups:
    """The accounts of a prepared frame as groups of rows."""
    return groups_of(frame["account_key"].rank("dense").to_numpy().astype(np.int64) - 1 if frame.height else np.zeros(0, dtype=np.int64))


def content_design(frame: pl.DataFrame) -> Design:
    """Controls and all content levers over a prepared frame of one or several platforms."""
    columns = _shared_controls(frame) | _hour_controls(frame)
    levers = [lever for name in KINDS_OF_CONTENT for lever in _category(frame, name, columns)]
    levers += [_weekend(frame, columns)]
    for name, (from_level, to_level) in SWITCHES.items():
        if name != "is_weekend":
            levers.append(_switch(frame, name, from_level, to_level, columns))
    levers.append(_emoji(frame, columns))
    return Design(list(columns), _matrix(columns, frame.height), levers)


def slot_design(frame: pl.DataFrame) -> Design:
    """Controls and content of the posts of one platform, and a lever per slot: all posts there instead of today's mix of slots."""
    columns = _shared_controls(frame)
    for name in KINDS_OF_CONTENT:
        _category(frame, name, columns)
    _weekend(frame, columns)
    for name, (from_level, to_level) in SWITCHES.items():
        if name != "is_weekend":
            _switch(frame, name, from_level, to_level, columns)
    _emoji(frame, columns)
    masks = {slot: (frame["slot"] == slot).fill_null(False).to_numpy() for slot in SLOTS}
    masks = {slot: mask for slot, mask in masks.items() if mask.any()}
    base = max(masks, key=lambda slot: (masks[slot].sum(), slot), default=None)
    total = sum(mask.sum() for mask in masks.values())
    columns[f"slot={UNKNOWN}"] = frame["slot"].is_null().to_numpy().astype(float)
    for slot, mask in masks.items():
        if slot != base:
            columns[f"slot={slot}"] = mask.astype(float)
    known = frame["slot"].is_not_null().to_numpy()
    levers = []
    for slot, mask in masks.items():
        contrast = {f"slot={other}": -float(masks[other].sum() / total) for other in masks if other != base}
        if slot != base:
            contrast[f"slot={slot}"] += 1.0
        levers.append(Lever("publish_slot", CURRENT_MIX, slot, contrast, mask, known))
    return Design(list(columns), _matrix(columns, frame.height), levers)


def _matrix(columns: dict[str, Array], height: int) -> Array:
    return np.column_stack(list(columns.values())) if columns else np.zeros((height, 0))


def _shared_controls(frame: pl.DataFrame) -> dict[str, Array]:
    followers = frame["follower_count_at_publish"].cast(pl.Float64).to_numpy()
    known = np.nan_to_num(followers, nan=-1.0) > 0
    age = frame["outcome_age_days"].cast(pl.Float64).fill_null(7.0).to_numpy()
    columns = {
        "log_followers": np.where(known, np.log(np.where(known, followers, 1.0)), 0.0),
        "followers_unknown": (~known).astype(float),
        "log_age": np.log(np.maximum(age, 1) / 7),
        "is_holiday": frame["is_holiday"].fill_null(False).to_numpy().astype(float),
        "title_unknown": frame["has_question"].is_null().to_numpy().astype(float),
    }
    center = columns["log_followers"][known].mean() if known.any() else 0.0
    columns["log_followers"] = np.where(known, columns["log_followers"] - center, 0.0)
    return columns | _dummies(frame["age_basis"], "age") | _dummies(frame["festival"], "festival") | _dummies(frame["month"], "month")


def _hour_controls(frame: pl.DataFrame) -> dict[str, Array]:
    """Slot effects: each large platform's own, shared by the small ones."""
    posts = frame.filter(pl.col("slot").is_not_null()).group_by("platform").len()
    large = posts.filter(pl.col("len") >= FEWEST_POSTS_FOR_OWN_HOURS)["platform"].to_list()
    owner = pl.when(pl.col("platform").is_in(large)).then(pl.col("platform")).otherwise(pl.lit("all"))
    slots = frame.select(value=pl.when(pl.col("slot").is_not_null()).then(pl.concat_str(owner, pl.lit("|"), "slot")))["value"]
    return _dummies(slots, "slot")


def _levels(values: pl.Series, accounts: pl.Series) -> list[str]:
    """Levels frequent enough for a column of their own, the commonest first."""
    counted = (
        pl.DataFrame({"level": values, "account": accounts})
        .drop_nulls()
        .group_by("level")
        .agg(n=pl.len(), accounts=pl.col("account").n_unique())
        .filter(pl.col("n") >= FEWEST_POSTS_OF_A_LEVEL, pl.col("accounts") >= FEWEST_ACCOUNTS_OF_A_LEVEL)
        .sort("n", "level", descending=[True, False])
    )
    return counted["level"].to_list()


def _dummies(values: pl.Series, name: str) -> dict[str, Array]:
    """A column per frequent level but the commonest, one for the rare ones, one for unknown."""
    named = values.alias(name)
    counted = named.drop_nulls().value_counts().sort("count", name, descending=[True, False])
    frequent = counted.filter(pl.col("count") >= FEWEST_POSTS_OF_A_LEVEL)[name].to_list()
    columns = {f"{name}={level}": (values == level).fill_null(False).to_numpy().astype(float) for level in frequent[1:]}
    columns[f"{name}=rest"] = (~values.is_in(frequent) & values.is_not_null()).fill_null(False).to_numpy().astype(float)
    columns[f"{name}={UNKNOWN}"] = values.is_null().to_numpy().astype(float)
    return columns


def _category(frame: pl.DataFrame, name: str, columns: dict[str, Array]) -> list[Lever]:
    """A lever per level of a category, against the mix of the other levels; adds the columns it needs."""
    values = frame[name]
    levels = _levels(values, frame["account_key"])
    known = values.is_in(levels).fill_null(False).to_numpy()
    masks = {level: (values == level).fill_null(False).to_numpy() for level in levels}
    for level in levels[1:]:
        columns[f"{name}={level}"] = masks[level].astype(float)
    columns[f"{name}=rest"] = (~known & values.is_not_null().to_numpy()).astype(float)
    columns[f"{name}={UNKNOWN}"] = values.is_null().to_numpy().astype(float)
    levers = []
    for level in sorted(levels) if len(levels) > 1 else []:
        others = {other: float(masks[other].sum()) for other in levels if other != level}
        total = sum(others.values())
        contrast = {f"{name}={other}": -n / total for other, n in others.items() if other != levels[0]}
        if level != levels[0]:
            contrast[f"{name}={level}"] = 1.0
        levers.append(Lever(name, "other", str(level), contrast, masks[level], known))
    return levers


def _weekend(frame: pl.DataFrame, columns: dict[str, Array]) -> Lever:
    """Weekend against workdays: the mean of its two days less that of the five, each day with its own column."""
    day = frame["iso_weekday"].fill_null(0).to_numpy()
    for number in range(2, 8):
        columns[f"weekday={number}"] = (day == number).astype(float)
    contrast = {f"weekday={number}": 0.5 if number >= 6 else -0.2 for number in range(2, 8)}
    return Lever("is_weekend", *SWITCHES["is_weekend"], contrast, day >= 6, day > 0)


def _switch(frame: pl.DataFrame, name: str, from_level: str, to_level: str, columns: dict[str, Array]) -> Lever:
    known = frame[name].is_not_null().to_numpy()
    on = frame[name].fill_null(False).to_numpy().astype(bool)
    columns[name] = on.astype(float)
    return Lever(name, from_level, to_level, {name: 1.0 if to_level == "true" else -1.0}, known & (on == (to_level == "true")), known)


def _emoji(frame: pl.DataFrame, columns: dict[str, Array]) -> Lever:
    """One more emoji, up to a few."""
    count = frame["emoji_count"].fill_null(0).to_numpy().astype(float)
    columns["emoji_count"] = np.minimum(count, MOST_EMOJI)
    return Lever("emoji_count", "0", "1", {"emoji_count": 1.0}, count > 0, frame["emoji_count"].is_not_null().to_numpy())
