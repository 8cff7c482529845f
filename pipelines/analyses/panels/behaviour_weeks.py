"""People × weeks: what each did in each week, and the rows at risk of a first conversion with everything known before the week.

Nothing of the outcome's week or later enters a row's covariates. Only weeks after one in which the person was active are rows: the
comparison is between those who came and did it, and those who came and did not, never with people who were not there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.analyses.people.user_segments import INACTIVE_KEY
from pipelines.analyses.statistics import Array

COUNTS = ("comment", "save", "share", "like", "coupon", "view", "click", "visit", "session", "order", "pay")
LEVERS = ("comment", "save", "share", "like", "coupon")
KINDS = ("view", "click", "visit", "like", "comment", "share", "save", "session")  # what makes people alike, purchases left out
HISTORY_WEEKS = 4
LONGEST_WEEKS = 30
MOST_PEOPLE = 20_000
TOP_CHANNELS = 6


@dataclass(frozen=True)
class Weeks:
    """Counts per person and week (`counts[name]`: people × weeks), active days, the weeks' first days, each person's channel per week."""

    people: list[str]
    starts: list[dt.date]
    counts: dict[str, Array]
    active_days: Array
    channel: Array


@dataclass(frozen=True)
class RiskRows:
    """One row per person and week at risk: `levers` (done in the week before), controls, outcome, and the person's and week's numbers."""

    person: Array
    week: Array
    levers: Array
    controls: Array
    outcome: Array


def person_weeks(days: pl.DataFrame) -> Weeks | None:
    """Whole weeks back from the last day known; of more than 20 000 people every k-th. None where there are under eight weeks."""
    last, first = days["business_date"].max(), days["business_date"].min()
    if not isinstance(last, dt.date) or not isinstance(first, dt.date):
        return None
    number = min(((last - first).days + 1) // 7, LONGEST_WEEKS)
    if number < HISTORY_WEEKS + 4:
        return None
    begin = last - dt.timedelta(days=7 * number - 1)
    people = days["person_key"].unique().sort()
    people = people.gather_every(max(1, -(-len(people) // MOST_PEOPLE)))
    numbered = pl.DataFrame({"person_key": people, "person": np.arange(len(people))})
    week = (pl.col("business_date") - pl.lit(begin)).dt.total_days() // 7
    placed = days.join(numbered, on="person_key").with_columns(week=week).filter(pl.col("week") >= 0)
    channels = placed["top_channel"].drop_nulls().value_counts().sort(["count", "top_channel"], descending=[True, False])
    top = channels["top_channel"].head(TOP_CHANNELS).to_list()
    sums = [pl.col(f"{c}_count").fill_null(0).sum().cast(pl.Float64).alias(c) for c in COUNTS]
    cells = placed.group_by("person", "week").agg(
        *sums, pl.len().cast(pl.Float64).alias("active_days"), pl.col("top_channel").sort_by("business_date").last().alias("channel")
    )
    at = cells["person"].to_numpy(), cells["week"].to_numpy()

    def matrix(values: Array) -> Array:
        filled = np.zeros((len(people), number))
        filled[at] = values
        return filled

    code = cells["channel"].replace_strict({name: i + 1 for i, name in enumerate(top)}, default=0, return_dtype=pl.Int64)
    return Weeks(
        people.to_list(),
        [begin + dt.timedelta(days=7 * w) for w in range(number)],
        {name: matrix(cells[name].to_numpy()) for name in COUNTS},
        matrix(cells["active_days"].to_numpy()),
        matrix(code.fill_null(0).to_numpy()),
    )


def first_week(happened: Array) -> Array:
    """Each person's first week in which it happened; the number of weeks if never."""
    return np.where(happened.any(axis=1), happened.argmax(axis=1), happened.shape[1])


def risk_rows(weeks: Weeks, converts: Array, *, window_weeks: int = 1, lead: bool = False, registered: Array | None = None) -> RiskRows:
    """Rows of people active in the week before who had not converted; `converts` is each person's first week of conversion.

    `window_weeks`: weeks before the outcome's in which a lever counts. `lead`: levers are those of the week after the outcome instead,
    for people active then: what cannot have caused the conversion.
    """
    number = len(weeks.starts)
    active = weeks.active_days > 0
    at = np.arange(number)
    at_risk = (converts[:, None] >= at) & (at >= HISTORY_WEEKS + 1)
    at_risk[:, 1:] &= active[:, :-1]
    if lead:
        at_risk[:, :-1] &= active[:, 1:]
        at_risk[:, -1] = False
    person, week = np.nonzero(at_risk)
    done_in = [week + 1] if lead else [week - k for k in range(1, window_weeks + 1)]
    levers = np.column_stack([sum(weeks.counts[name][person, w] for w in done_in) > 0 for name in LEVERS]).astype(float)
    controls = _controls(weeks, person, week, registered)
    if lead:
        controls = np.column_stack([controls, *_activity(weeks, person, week + 1)])
    return RiskRows(person, week, levers, controls, (converts[person] == week).astype(float))


def _activity(weeks: Weeks, person: Array, week: Array) -> list[Array]:
    """How much somebody was there in a week."""
    return [np.log1p(weeks.active_days[person, week]), *(np.log1p(weeks.counts[c][person, week]) for c in ("session", "view"))]


def _controls(weeks: Weeks, person: Array, week: Array, registered: Array | None) -> Array:
    before = week - 1
    columns = _activity(weeks, person, before)
    columns += [np.log1p(weeks.counts[c][person, before]) for c in ("click", "visit", "order")]
    history = [before - k for k in range(1, HISTORY_WEEKS + 1)]
    columns += [np.log1p(sum(weeks.counts[c][person, w] for w in history)) for c in COUNTS if c != "pay"]
    columns.append(np.log1p(sum(weeks.active_days[person, w] for w in history)))
    active = weeks.active_days > 0
    columns.append(np.log1p(_weeks_since(active)[person, before]))  # recency: the time before last seen
    columns.append(np.log1p(week - first_week(active)[person]))
    if registered is not None:
        columns.append((registered[person] < week).astype(float))
    columns += [(week == w).astype(float) for w in np.unique(week)[1:]]
    columns += [(weeks.channel[person, before] == c).astype(float) for c in np.unique(weeks.channel)[1:]]
    return np.column_stack(columns)


def _weeks_since(active: Array) -> Array:
    """Per person and week, weeks since the last active week before it; all weeks so far where there is none."""
    number = active.shape[1]
    at = np.where(active, np.arange(number), -1)
    last = np.maximum.accumulate(at, axis=1)
    earlier = np.concatenate([np.full((len(active), 1), -1), last[:, :-1]], axis=1)
    return np.arange(number) - earlier


def kinds_before(weeks: Weeks, rows: RiskRows, segments: pl.DataFrame) -> tuple[Array, list[str]]:
    """Which segment each row's person resembled by what they had done before the week, and the segments' keys; -1 where there are none.

    A person's segment of today rests on purchases too, and so on the outcome: comparing within it would compare people chosen by how
    it ended. What is taken from it is only what its members do, apart from buying.
    """
    known = pl.DataFrame({"person_key": weeks.people}).join(
        segments.unique("person_key"), on="person_key", how="left", maintain_order="left"
    )
    keys = sorted(set(known["segment_key"].drop_nulls().to_list()) - {INACTIVE_KEY})
    seen_weeks = np.maximum(len(weeks.starts) - first_week(weeks.active_days > 0), 1)
    if not keys:
        return np.full(len(rows.person), -1), []
    member = known["segment_key"].replace_strict({k: i for i, k in enumerate(keys)}, default=-1, return_dtype=pl.Int64).to_numpy()
    usual = np.column_stack([np.log1p(weeks.counts[c].sum(axis=1) / seen_weeks) for c in KINDS])
    scale = usual.std(axis=0)
    centres = np.stack([usual[member == k].mean(axis=0) for k in range(len(keys))])
    so_far = {c: np.cumsum(weeks.counts[c], axis=1) for c in KINDS}
    length = np.maximum(rows.week - first_week(weeks.active_days > 0)[rows.person], 1)
    then = np.column_stack([np.log1p(so_far[c][rows.person, rows.week - 1] / length) for c in KINDS])
    scale = np.where(scale > 0, scale, 1.0)
    away = ((then[:, None, :] - centres[None]) / scale) ** 2
    return away.sum(axis=2).argmin(axis=1), keys
