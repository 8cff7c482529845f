"""What the reputation page asks of the marts of texts."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dashboards.data import one, query

SOURCES = ("comment", "mention", "feedback", "survey")
WEEK = 7


def total(start: dt.date, end: dt.date, platforms: list[str]) -> dict[str, object]:
    """The counts of a period, NULL where nobody collected a day of it, with its net sentiment and positive share and their intervals."""
    row = one(
        f"""
        with counts as (
            select sum(text_count) as text_count, sum(positive_count) as positive_count, sum(negative_count) as negative_count,
                sum(abstain_count) as abstain_count, sum(toned_count)::double as toned_count, sum(irrelevant_count) as irrelevant_count,
                sum(competitor_count) as competitor_count, sum(text_count) filter (where competitor_count is not null) as voiced_count,
                count(*) filter (where is_collected) as collected_count, count(*) as day_count
            from marts.mart_reputation_daily
            where business_date between $start_day and $end_day and (len($platforms) = 0 or list_contains($platforms, platform))
        )
        select *, {RATES} from counts
        """,
        start_day=start,
        end_day=end,
        platforms=platforms,
    )
    return dict(row or {})


# Wilson's interval of the positive share among positive and negative texts; the net is twice that less one.
RATES = """
    positive_count / nullif(toned_count, 0) as share,
    (share + 3.8415 / toned_count / 2) / (1 + 3.8415 / toned_count) as centre,
    1.959964 / (1 + 3.8415 / toned_count) * sqrt(share * (1 - share) / toned_count + 3.8415 / toned_count / toned_count / 4) as half,
    2 * share - 1 as net, greatest(2 * (centre - half) - 1, -1) as net_low, least(2 * (centre + half) - 1, 1) as net_high
"""


def trend(start: dt.date, end: dt.date, platforms: list[str]) -> pd.DataFrame:
    """Per day the net sentiment of the seven days up to it (`net`, `net_low`, `net_high`, `toned_count`), where they hold a tone."""
    return query(
        f"""
        with days as (
            select business_date as day, sum(text_count) as text_count,
                sum(positive_count) as day_positive_count, sum(toned_count) as day_count
            from marts.mart_reputation_daily
            where len($platforms) = 0 or list_contains($platforms, platform)
            group by business_date
        ),
        weeks as (
            select day, text_count, sum(day_positive_count) over week as positive_count, sum(day_count) over week as toned_count
            from days window week as (order by day range between interval {WEEK - 1} days preceding and current row)
        )
        select *, {RATES} from weeks where toned_count > 0 and day between $start_day and $end_day order by day
        """,
        start_day=start,
        end_day=end,
        platforms=platforms,
    )


def items(start: dt.date, end: dt.date, platforms: list[str]) -> pd.DataFrame:
    """Negative texts and those left to a person, gravest and newest first, those answered last."""
    return query(
        """
        select * from marts.mart_negative_items
        where business_date between $start_day and $end_day and (len($platforms) = 0 or list_contains($platforms, platform))
        order by status = 'answered', severity_level desc nulls last, created_at desc, text_key
        """,
        start_day=start,
        end_day=end,
        platforms=platforms,
    )


def classes(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per class with its items, those open or of unknown state, and the answered ones' median hours."""
    grouped = rows.assign(category=rows["category"].fillna("")).groupby("category", sort=False)
    answered = rows[rows["status"] == "answered"].assign(category=rows["category"].fillna("")).groupby("category")["age_hours"].median()
    found = grouped.agg(
        class_text_count=("text_key", "size"),
        severity_level=("severity_level", "max"),
        answered_count=("status", lambda state: int((state == "answered").sum())),
        known_count=("status", lambda state: int((state != "unknown").sum())),
    ).reset_index()
    found["median_answer_seconds"] = found["category"].map(answered) * 3600
    return found.sort_values(["class_text_count", "category"], ascending=[False, True])


def steps(crisis_type: str) -> pd.DataFrame:
    """The current plan for a type of crisis, step by step."""
    return query(
        """
        select step_number, action, role, within_hours from core.dim_playbooks
        where is_current and crisis_type = $kind order by step_number
        """,
        kind=crisis_type,
    )


def topics() -> pd.DataFrame:
    """The topics of the last week with their net sentiment and its interval, those that rose first."""
    return query(
        f"""
        with last_week as (
            select *, (positive_count + negative_count)::double as toned_count
            from marts.mart_topics where week_start_date = (select max(week_start_date) from marts.mart_topics)
        )
        select *, {RATES} from last_week order by is_rising desc, text_count desc, topic_key
        """
    )


def rising_terms() -> pd.DataFrame:
    """The terms that rose in the last week."""
    return query("select * from marts.mart_rising_terms where is_rising order by log_odds_number desc, term")


def needs(start: dt.date, end: dt.date, platforms: list[str]) -> pd.DataFrame:
    """Texts per need, the most frequent first."""
    return query(
        """
        select need_label, sum(text_count)::bigint as text_count from marts.mart_text_needs
        where business_date between $start_day and $end_day and (len($platforms) = 0 or list_contains($platforms, platform))
        group by need_label order by text_count desc, need_label
        """,
        start_day=start,
        end_day=end,
        platforms=platforms,
    )


def model(name: str = "sentiment") -> dict[str, object]:
    """What a model of texts is worth; {} before the first one."""
    return dict(one("select * from marts.mart_text_model where model = $name", name=name) or {})
