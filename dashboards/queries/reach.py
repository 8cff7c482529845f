"""What the reach page asks: the accounts' daily totals, or the posts' where a content type or the lifetime basis is chosen."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards.data import query
from dashboards.filters import View
from dashboards.queries import drill

CARDS = {
    "period": ("impression_count", "view_count", "posts_published_count", "follower_net_count"),
    "lifetime": ("impression_count", "view_count", "engagement_count", "posts_published_count"),
}
# The accounts' days; where content types are chosen only the rows of those types count, which no account report has.
ACCOUNT_DAYS = """
    select business_date as day, platform, account_key, impression_count, view_count, engagement_count, posts_published_count,
        follower_net_count
    from marts.mart_account_daily
    where list_contains($accounts, account_key) and business_date between $from_day and $to_day
"""
TYPE_DAYS = """
    select business_date as day, platform, account_key, impression_count, view_count, null::bigint as engagement_count,
        posts_published_count, null::bigint as follower_net_count
    from marts.mart_reach_daily
    where list_contains($accounts, account_key) and business_date between $from_day and $to_day
        and content_type <> 'all' and list_contains($content_types::varchar[], content_type)
"""
LIFETIME = f"""
    select published_date as day, platform, account_key, impression_count, view_count, engagement_count, 1 as posts_published_count,
        null::bigint as follower_net_count
    from ({drill.LIFETIME_POSTS})
"""


def _relation(view: View) -> str:
    if view.basis == "lifetime":
        return LIFETIME
    return TYPE_DAYS if view.content_types else ACCOUNT_DAYS


def totals(view: View, before: bool = False) -> dict[str, Any]:
    """The cards' figures over the selection, in its period or the one before; {} where nothing is compared."""
    start, end = (view.before_start, view.before_end) if before else (view.start, view.end)
    if start is None:
        return {}
    rows = query(
        f"select count(*) as row_count, {_sums(CARDS['period'] + ('engagement_count',))} from ({_relation(view)})",
        **view.params(from_day=start, to_day=end),
    )
    return {str(key): None if pd.isna(value) else value for key, value in rows.iloc[0].items()}


def daily(view: View, names: tuple[str, ...]) -> pd.DataFrame:
    """One row per day and series ('now', 'before'); ``day`` lays the comparison over the period, ``real_day`` is its own."""
    sql = f"select day as real_day, {_sums(names)} from ({_relation(view)}) group by day"
    now = query(sql, **view.params(from_day=view.start, to_day=view.end)).assign(series="now", day=lambda rows: rows["real_day"])
    if view.before_start is None or view.before_end is None:
        return now.sort_values("day")
    before = query(sql, **view.params(from_day=view.before_start, to_day=view.before_end))
    shifted = before.assign(series="before", day=before["real_day"] + pd.Timedelta(days=(view.start - view.before_start).days))
    return pd.concat([now, shifted[shifted["day"] <= pd.Timestamp(view.end)]]).sort_values(["series", "day"])


def by_platform(view: View) -> pd.DataFrame:
    """One row per platform, most viewed first: ``platform, value``."""
    return query(
        f"""
        select platform, sum(view_count) as value from ({_relation(view)})
        group by platform having value is not null order by value desc
        """,
        **view.params(from_day=view.start, to_day=view.end),
    )


def people(view: View) -> pd.DataFrame:
    """One row per account that reports distinct people: the median day, the best day, the latest day. Days are never added up."""
    return query(
        """
        select platform, account_key,
            median(reach_count)::double as median_day_reach_count, max(reach_count) as best_day_reach_count,
            median(viewer_count)::double as median_day_viewer_count, max(viewer_count) as best_day_viewer_count,
            arg_max(coalesce(reach_count, viewer_count), business_date) as latest_day_reach_count,
            max(business_date) filter (where coalesce(reach_count, viewer_count) is not null) as data_through_date
        from marts.mart_reach_daily
        where list_contains($accounts, account_key) and business_date between $start_date and $end_date and content_type = 'all'
        group by platform, account_key
        having max(coalesce(reach_count, viewer_count)) is not null
        order by coalesce(best_day_reach_count, best_day_viewer_count) desc
        """,
        **view.params(),
    )


def _sums(names: tuple[str, ...]) -> str:
    return ", ".join(f"sum({name}) as {name}" for name in dict.fromkeys(names))
