"""What the alerts page asks of the alert and risk marts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import format as fmt
from dashboards.data import one, query


def alerts(days: int = 90) -> pd.DataFrame:
    """Alerts and notes of the last days before the newest text, newest first."""
    return query(
        """
        select * from marts.mart_alerts
        where started_at > (select max(started_at) from marts.mart_alerts) - to_days($days)
        order by started_at desc, alert_key
        """,
        days=days,
    )


def scores() -> pd.DataFrame:
    """How the alerts of each frequency did."""
    return query("select * from marts.mart_alert_scores order by frequency desc")


def watched(score: pd.Series, days: int = 90) -> dict[str, str]:
    """The first and last day of the list of alerts: the last days, as far as alerts were looked for."""
    last = pd.Timestamp(score["window_ends_on"])
    return {"start": fmt.day(max(pd.Timestamp(score["window_starts_on"]), last - pd.Timedelta(days=days - 1))), "end": fmt.day(last)}


def last_day() -> Any:
    """The end of the last hour that alerts were looked for in, None where none was."""
    row = one("select max(window_ends_on) as day from marts.mart_alert_scores")
    return None if row is None or pd.isna(row["day"]) else pd.Timestamp(row["day"], tz="Asia/Shanghai") + pd.Timedelta(days=1)


def texts(keys: list[str]) -> pd.DataFrame:
    """The negative texts behind an alert, as they were written."""
    return query(
        """
        select created_at, platform, text, categories from marts.mart_negative_items
        where list_contains($keys, text_key) order by created_at, text_key
        """,
        keys=keys,
    )


def days() -> pd.DataFrame:
    """Negative and all texts per day, all platforms together; a day without collection is absent."""
    return query(
        """
        select business_date as day, sum(text_count) as total_count, sum(negative_count) as negative_count
        from marts.mart_reputation_daily group by business_date having sum(text_count) is not null order by business_date
        """
    )


def risks() -> pd.DataFrame:
    """Every risk's newest day, the gravest first."""
    return query(
        """
        select * from marts.mart_risks where is_latest
        order by list_position(['critical', 'high', 'medium', 'low'], level) nulls last, index_number desc nulls last, risk_key
        """
    )


def history(risk_key: str) -> pd.DataFrame:
    """The days of one risk."""
    return query("select * from marts.mart_risks where risk_key = $risk_key order by business_date desc", risk_key=risk_key)
