"""The last complete day and its figures against earlier days, on the accounts that reported on both."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from dashboards import registry
from dashboards.data import one, query
from dashboards.filters import View

OFFSETS = (1, 7, 30)
COLUMNS = (
    "view_count", "impression_count", "engagement_count", "follower_net_count", "follower_total_count", "posts_published_count",
    "profile_visit_count",
)  # fmt: skip
CARDS = ("view_count", "impression_count", "engagement_count", "engagement_rate_by_views", "follower_net_count", "follower_total_count")
BUSINESS = ("order_count", "net_amount", "active_people_count")


def last_complete_day(view: View) -> dict[str, Any] | None:
    """``day, reporting``: the latest day of the past data week on which the most accounts had final figures; None without data.

    The very last day often lacks the slower accounts; judging by it would show a fall that is only lateness. Accounts whose every
    source is overdue don't hold the day back, and the day of a capture is not over for what is read off that capture.
    """
    return one(
        """
        with late as (select account_key from marts.mart_source_freshness group by account_key having bool_and(is_late)),
        final_days as (
            select d.business_date, count(distinct d.account_key) as reporting,
                count(distinct d.account_key) filter (where l.account_key is null) as punctual
            from marts.mart_account_daily as d
            inner join core.dim_accounts as a on d.account_key = a.account_key
            left join late as l on d.account_key = l.account_key
            where list_contains($accounts, d.account_key) and not coalesce(d.is_provisional, false)
                and coalesce(d.view_count, d.engagement_count, d.follower_total_count, d.follower_net_count) is not null
                and (d.view_source is distinct from 'post_difference'
                    or d.business_date < coalesce((a.last_captured_at at time zone a.timezone)::date, d.business_date + 1))
            group by d.business_date
        )
        select business_date as day, reporting from final_days
        where business_date > (select max(business_date) from final_days) - 7
        order by punctual desc, business_date desc limit 1
        """,
        accounts=view.accounts,
    )


def against_earlier(view: View, day: dt.date) -> pd.DataFrame:
    """One row per metric and offset in days (1, 7, 30): ``figure`` of the day, ``before``, on the accounts that have both."""
    sides = " union all ".join(
        f"select days, '{side}' as side, {_known_on_both(row)} from pairs" for side, row in (("figure", "n"), ("before", "b"))
    )
    return query(
        f"""
        with scope as (select * from marts.mart_account_daily where list_contains($accounts, account_key)),
        pairs as (
            select o.days, n, b
            from (select unnest($offsets::integer[]) as days) as o
            inner join scope as n on n.business_date = $day::date
            inner join scope as b on b.account_key = n.account_key and b.business_date = $day::date - o.days
        ),
        sides as ({sides}),
        wide as (select days, side, {_figures()} from sides group by days, side)
        select metric, days, max(value) filter (where side = 'figure') as figure, max(value) filter (where side = 'before') as before
        from (unpivot wide on columns(* exclude (days, side)) into name metric value value)
        group by metric, days
        """,
        accounts=view.accounts,
        offsets=list(OFFSETS),
        day=day,
    )


def _known_on_both(row: str) -> str:
    return ", ".join(f"case when n.{c} is not null and b.{c} is not null then {row}.{c} end as {c}" for c in COLUMNS)


def _figures() -> str:
    sums = ", ".join(f"sum({c})::double as {c}" for c in COLUMNS)
    return f"{sums}, {registry.metric('engagement_rate_by_views').over_rows} as engagement_rate_by_views"


def figures(view: View, day: dt.date) -> dict[str, Any]:
    """The day's figures over every account that has them; NULL where none has."""
    return (
        one(
            f"""
            select {_figures()} from marts.mart_account_daily
            where list_contains($accounts, account_key) and business_date = $day
            """,
            accounts=view.accounts,
            day=day,
        )
        or {}
    )


def recent(view: View, day: dt.date, days: int = 30) -> pd.DataFrame:
    """One row per day up to the given one, for sparklines."""
    return query(
        f"""
        select business_date as day, {_figures()} from marts.mart_account_daily
        where list_contains($accounts, account_key) and business_date > $day::date - $days and business_date <= $day
        group by business_date order by business_date
        """,
        accounts=view.accounts,
        day=day,
        days=days,
    )


def business(day: dt.date) -> pd.DataFrame:
    """One row per business metric (orders, sales, active people) and day of the 31 up to the given one; empty without orders or events."""
    return query(
        """
        select metric, business_date as day, actual as value from marts.mart_time_series
        where platform = 'all' and list_contains($names, metric) and business_date between $day::date - 30 and $day
        order by metric, business_date
        """,
        names=list(BUSINESS),
        day=day,
    )


def platform_days(view: View, day: dt.date) -> pd.DataFrame:
    """One row per platform and day of the 30 up to the given one: ``value`` is its views; days without a figure are absent."""
    return query(
        """
        select business_date as day, platform, sum(view_count) as value from marts.mart_account_daily
        where list_contains($accounts, account_key) and business_date > $day::date - 30 and business_date <= $day and view_count is not null
        group by all order by 1
        """,
        accounts=view.accounts,
        day=day,
    )


def signals(view: View, day: dt.date) -> pd.DataFrame:
    """One row per anomaly of the past 30 days on the selected accounts or the whole business, latest first."""
    return query(
        """
        select business_date, metric, account_key, actual, expected from marts.mart_time_series
        where is_anomaly and business_date > $day::date - 30 and (account_key = 'all' or list_contains($accounts, account_key))
        order by business_date desc, metric, account_key
        """,
        accounts=view.accounts,
        day=day,
    )


def by_account(view: View, day: dt.date) -> pd.DataFrame:
    """One row per selected account on the given day, also where it did not report; reach and viewers are each account's own."""
    rate = registry.metric("engagement_rate_by_views").of_row
    return query(
        f"""
        with latest as (select account_key, max(business_date) as data_through_date from marts.mart_account_daily group by account_key),
        account_days as (
            select a.platform, a.account_key, d.* exclude (platform, account_key), r.reach_count, r.viewer_count, l.data_through_date
            from core.dim_accounts as a
            left join latest as l on a.account_key = l.account_key
            left join marts.mart_account_daily as d on a.account_key = d.account_key and d.business_date = $day
            left join marts.mart_reach_daily as r on a.account_key = r.account_key and r.business_date = $day and r.content_type = 'all'
            where list_contains($accounts, a.account_key)
        )
        select platform, account_key, view_count, impression_count, engagement_count, {rate} as engagement_rate_by_views,
            reach_count, viewer_count, follower_net_count, follower_total_count, posts_published_count, data_through_date
        from account_days order by view_count desc nulls last, account_key
        """,
        accounts=view.accounts,
        day=day,
    )
