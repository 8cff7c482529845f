"""What the funnel page asks of marts.mart_funnel_steps: people per step over the cohorts of a selection."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from dashboards.data import one, query
from dashboards.filters import View

# Cohorts whose window is still open would look like a fall in conversion: they count only where the reader asks for them.
COHORTS = """
    select * from marts.mart_funnel_steps
    where funnel = $funnel and cohort_date between $start_date and $end_date
        and (len($channels::varchar[]) = 0 or list_contains($channels::varchar[], channel))
        and (len($campaigns::varchar[]) = 0 or list_contains($campaigns::varchar[], campaign_key))
"""
COUNTED = f"select * from ({COHORTS}) where is_window_complete or $with_open"


def options(view: View) -> pd.DataFrame:
    """The funnels, channels and campaigns there are to choose from: one row per combination."""
    return query("select distinct funnel, channel, campaign_key from marts.mart_funnel_steps order by all")


def steps(scope: dict[str, Any], before: bool = False) -> pd.DataFrame:
    """One row per step over the counted cohorts: people, shares of the step before and of the first, time from the step before.

    Medians of cohorts have no sum; the time shown is their mean weighted by people, and is labelled so.
    """
    if before:
        if scope["before_start"] is None:
            return pd.DataFrame()
        scope = scope | {"start_date": scope["before_start"], "end_date": _before_end(scope)}
    return query(
        f"""
        with summed as (
            select step_number, step_name, sum(people_count)::bigint as entry_count,
                sum(median_seconds_from_previous * people_count)
                    / nullif(sum(people_count) filter (where median_seconds_from_previous is not null), 0) as typical_seconds_from_previous
            from ({COUNTED}) group by step_number, step_name
        )
        select step_number, step_name, entry_count,
            entry_count / nullif(lag(entry_count) over by_step, 0)::double as conversion_from_previous_rate,
            entry_count / nullif(first_value(entry_count) over by_step, 0)::double as conversion_from_first_rate,
            lag(entry_count) over by_step - entry_count as lost_entry_count, typical_seconds_from_previous
        from summed window by_step as (order by step_number) order by step_number
        """,
        **scope,
    )


def _before_end(scope: dict[str, Any]) -> dt.date:
    """Where the comparison ends: it leaves out as many days at its end as this period has open cohorts there."""
    row = one(f"select max(cohort_date) as day from ({COUNTED})", **scope)
    last = row["day"].date() if row and row["day"] is not None else scope["end_date"]
    return min(scope["before_end"], scope["before_start"] + (last - scope["start_date"]))


def open_cohorts(scope: dict[str, Any]) -> dict[str, Any]:
    """How many cohort days are still open, since which, and how long the window is."""
    row = one(
        f"""
        select count(distinct cohort_date) filter (where not is_window_complete) as cohorts,
            min(cohort_date) filter (where not is_window_complete) as since, max(window_days) as window_days
        from ({COHORTS})
        """,
        **scope,
    )
    return row or {"cohorts": 0, "since": None, "window_days": None}


def by_cohort(scope: dict[str, Any]) -> pd.DataFrame:
    """One row per cohort day: ``day, value`` (first to last step) and whether its window ``is_open``; open ones always shown."""
    return query(
        f"""
        select cohort_date as day, bool_or(not is_window_complete) as is_open,
            sum(people_count) filter (where step_number = last_step)
                / nullif(sum(people_count) filter (where step_number = 1), 0)::double as value
        from (select *, max(step_number) over () as last_step from ({COHORTS}))
        group by cohort_date order by cohort_date
        """,
        **scope,
    )


def by_source(scope: dict[str, Any], group: str) -> pd.DataFrame:
    """One row per channel or campaign: people at the first and last step and the conversion between them."""
    if group not in ("channel", "campaign_key"):
        raise ValueError(f"{group} is not a source")
    return query(
        f"""
        select {group}, sum(people_count) filter (where step_number = 1)::bigint as first_step_entry_count,
            sum(people_count) filter (where step_number = last_step)::bigint as last_step_entry_count,
            last_step_entry_count / nullif(first_step_entry_count, 0)::double as conversion_from_first_rate
        from (select *, max(step_number) over () as last_step from ({COUNTED}))
        group by {group} order by first_step_entry_count desc nulls last
        """,
        **scope,
    )
