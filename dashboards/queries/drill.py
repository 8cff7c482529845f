"""From a number to the posts behind it: totals and rows come from one relation, so the rows of a group add up to its number exactly."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import registry
from dashboards.data import query
from dashboards.filters import View

COUNTS = ("impression_count", "view_count", "engagement_count", "like_count", "comment_count", "share_count", "repost_count", "save_count")

GROUPS = ("platform", "account_key", "content_type")
SUMMED = tuple(name for name in COUNTS if name != "engagement_count")

# One row per post with what it counts for in the selection. The two bases never mix: what happened on the days of the period, or
# everything up to the latest capture for the posts published in it.
PERIOD_POSTS = """
    select {day} d.post_key, p.platform, p.account_key, p.content_type, p.title, p.published_date, p.grade, p.permalink,
        sum({engagement})::bigint as engagement_count, {sums}
    from core.fct_post_days as d
    inner join marts.mart_engagement_posts as p on d.post_key = p.post_key
    left join core.dim_platforms as f on p.platform = f.platform
    where list_contains($accounts, d.account_key) and d.business_date between $from_day and $to_day
        and (len($content_types::varchar[]) = 0 or list_contains($content_types::varchar[], p.content_type))
    group by all
"""
LIFETIME_POSTS = f"""
    select post_key, platform, account_key, content_type, title, published_date, grade, permalink, {", ".join(COUNTS)}
    from marts.mart_engagement_posts
    where list_contains($accounts, account_key) and published_date between $from_day and $to_day
        and (len($content_types::varchar[]) = 0 or list_contains($content_types::varchar[], content_type))
"""


def period_posts(by_day: bool = False) -> str:
    """The posts of a period, as SQL; engagement is the sum of what each platform counts as such. by_day gives a row per post and day."""
    members = [f"case when list_contains(f.engagement_members, '{name}') then d.{name} end" for name in registry.engagement_columns()]
    return PERIOD_POSTS.format(
        day="d.business_date," if by_day else "",
        engagement=f"list_sum([{', '.join(members)}])" if members else "null",
        sums=", ".join(f"sum(d.{name})::bigint as {name}" for name in SUMMED),
    )


def relation(view: View) -> str:
    """The posts of a selection, as SQL, on the basis the reader chose."""
    return LIFETIME_POSTS if view.basis == "lifetime" else period_posts()


def rate() -> registry.Metric:
    """The engagement rate these pages show, as the registry defines it."""
    return registry.metric("engagement_rate_by_views")


def totals(view: View, before: bool = False) -> dict[str, Any]:
    """Every count and the engagement rate over the whole selection, in its period or the one before; {} where nothing is compared."""
    start, end = (view.before_start, view.before_end) if before else (view.start, view.end)
    if start is None:
        return {}
    rows = query(
        f"""
        select count(*) as post_count, {_sums()}, {rate().over_rows} as engagement_rate_by_views
        from ({relation(view)})
        """,
        **view.params(from_day=start, to_day=end),
    )
    return {str(key): None if pd.isna(value) else value for key, value in rows.iloc[0].items()}


def by_group(view: View, group: str) -> pd.DataFrame:
    """One row per platform, account or content type, most viewed first: posts, counts, weighted engagement rate."""
    if group not in GROUPS:
        raise ValueError(f"{group} is not a group")
    return query(
        f"""
        select {group}, count(*) as post_count, {_sums()}, {rate().over_rows} as engagement_rate_by_views
        from ({relation(view)}) group by {group} order by view_count desc nulls last
        """,
        **view.params(from_day=view.start, to_day=view.end),
    )


def posts(view: View, group: str | None = None, key: str | None = None) -> pd.DataFrame:
    """One row per post of the selection, or of one group of it, most viewed first."""
    where = f"where {group} is not distinct from $key" if group in GROUPS else ""
    return query(
        f"""
        select title, platform, account_key, content_type, published_date, {", ".join(COUNTS)},
            {rate().of_row} as engagement_rate_by_views, grade, permalink
        from ({relation(view)}) {where} order by view_count desc nulls last, post_key
        """,
        **view.params(from_day=view.start, to_day=view.end, key=key),
    )


def daily(view: View, names: tuple[str, ...] = COUNTS) -> pd.DataFrame:
    """One row per day and platform: by day of activity, or by day of publication for lifetime figures."""
    if view.basis == "lifetime":
        source, day = LIFETIME_POSTS, "published_date"
    else:
        source, day = period_posts(by_day=True), "business_date"
    return query(
        f"select {day} as day, platform, {', '.join(f'sum({n}) as {n}' for n in names)} from ({source}) group by all order by 1, 2",
        **view.params(from_day=view.start, to_day=view.end),
    )


def by_day(view: View) -> pd.DataFrame:
    """One row per day over the whole selection: every count and the engagement rate."""
    day, source = ("published_date", LIFETIME_POSTS) if view.basis == "lifetime" else ("business_date", period_posts(by_day=True))
    return query(
        f"select {day} as day, {_sums()}, {rate().over_rows} as engagement_rate_by_views from ({source}) group by 1 order by 1",
        **view.params(from_day=view.start, to_day=view.end),
    )


def _sums() -> str:
    return ", ".join(f"sum({name}) as {name}" for name in COUNTS)


def grades(view: View, group: str) -> pd.DataFrame:
    """One row per group and grade of the mature posts in the selection: ``people_count`` posts and their ``share`` of the group."""
    if group not in GROUPS:
        raise ValueError(f"{group} is not a group")
    return query(
        f"""
        with graded as (
            select {group} as group_key, grade as part, count(*) as people_count
            from ({relation(view)}) where grade is not null group by {group}, grade
        )
        select *, people_count / sum(people_count) over (partition by group_key) as share from graded order by group_key, part
        """,
        **view.params(from_day=view.start, to_day=view.end),
    )


def reconciliation(view: View) -> pd.DataFrame:
    """One row per account: views by the account's own report, views of the posts we know, and the difference."""
    return query(
        f"""
        with posts as (select account_key, sum(view_count) as post_view_count from ({period_posts()}) group by account_key),
        reports as (
            select platform, account_key, sum(view_count) as report_view_count from marts.mart_reach_daily
            where list_contains($accounts, account_key) and business_date between $from_day and $to_day and content_type = 'all'
            group by platform, account_key
        )
        select r.platform, r.account_key, r.report_view_count, p.post_view_count,
            r.report_view_count - p.post_view_count as difference_count,
            p.post_view_count / nullif(r.report_view_count, 0)::double as explained_rate
        from reports as r left join posts as p on r.account_key = p.account_key order by r.report_view_count desc nulls last
        """,
        **view.params(from_day=view.start, to_day=view.end, content_types=[]),
    )
