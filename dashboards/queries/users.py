"""What the users page asks of the segment marts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import registry
from dashboards.data import one, query
from dashboards.i18n import lang, t

LIFECYCLES = ("new", "active", "returning", "at_risk", "dormant")


def profiles() -> pd.DataFrame:
    """One row per segment, largest first."""
    return query("select * from marts.mart_segment_profiles order by people_count desc, segment_key")


def gate(rows: pd.DataFrame) -> pd.Series:
    """The row that tells how the groups were found: a clustered segment's, rather than the rule's for people without activity."""
    clustered = rows[rows["method"] != "rule_no_activity"]
    return (rows if clustered.empty else clustered).iloc[0]


def as_of() -> Any:
    """The day the segments were made for."""
    row = one("select max(as_of_date) as day from marts.mart_user_segments")
    return row["day"] if row else None


def features() -> pd.DataFrame:
    """One row per segment and feature with its lift, features that separate most first."""
    return query(
        """
        select f.*, max(abs(f.log_ratio)) over (partition by f.feature) as strength
        from marts.mart_segment_features as f inner join marts.mart_segment_profiles as p on f.segment_key = p.segment_key
        order by p.people_count desc, f.segment_key, strength desc, f.feature
        """
    )


def lifecycle() -> pd.DataFrame:
    """One row per segment and lifecycle state: ``people_count`` and its ``share`` of the segment."""
    return query(
        """
        select segment_key, lifecycle_state, count(*) as people_count, count(*) / sum(count(*)) over (partition by segment_key) as share
        from marts.mart_user_segments group by segment_key, lifecycle_state
        """
    )


def cards(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per segment: name, size, share, stability, what marks it out."""
    marked = [
        t("list_separator").join(registry.label(name) for name in names) if names is not None else None for names in rows["top_features"]
    ]
    return rows.assign(segment_name=rows["name"], top_features=marked)[
        ["segment_name", "people_count", "share_rate", "jaccard", "top_features"]
    ]


def people(segments: list[str]) -> pd.DataFrame:
    """One row per pseudonymous person of the segments chosen (all where none is), those who paid most first."""
    name = f"segment_name_{lang()}"
    return query(
        f"""
        select left(person_key, 10) as person, {name} as segment_name, lifecycle_state, last_seen_date, recency_days, active_day_count,
            session_count, view_count, click_count, like_count, comment_count, order_count, paid_amount, top_channel
        from marts.mart_user_segments
        where len($segments::varchar[]) = 0 or list_contains($segments::varchar[], segment_key)
        order by paid_amount desc nulls last, active_day_count desc nulls last, person_key limit 5000
        """,
        segments=segments,
    )


def grade(stability: float | None) -> str:
    """Whether split halves of the people give the same groups: high from 0.8 on, fair from 0.6, low below, unknown without a figure."""
    if stability is None or stability != stability:
        return "unknown"
    return "high" if stability >= 0.8 else "fair" if stability >= 0.6 else "low"


def lifecycle_names() -> list[str]:
    """The lifecycle states in the order people pass them."""
    return [t(f"lifecycle.{state}") for state in LIFECYCLES]
