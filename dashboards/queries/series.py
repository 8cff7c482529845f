"""What the time-series page asks of the series, forecast and score marts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import format as fmt
from dashboards import registry
from dashboards.data import one, query
from dashboards.filters import View
from dashboards.i18n import lang, t, t_or


def options(view: View) -> pd.DataFrame:
    """The series of the selected accounts and of the whole business: one row per series, the widest-read metrics first."""
    return query(
        """
        select series_key, any_value(metric) as metric, any_value(platform) as platform, any_value(account_key) as account_key,
            sum(abs(actual)) as weight
        from marts.mart_time_series where account_key = 'all' or list_contains($accounts, account_key)
        group by series_key
        order by any_value(metric) <> 'view_count', metric, weight desc
        """,
        accounts=view.accounts,
    )


def title(row: Any) -> str:
    """A series' name: its account, or its platform's or the business's total."""
    if row.account_key == "all":
        return t("column.all_platforms") if row.platform == "all" else registry.platforms().get(row.platform, row.platform)
    return registry.account_names().get(row.account_key, row.account_key)


def actual(view: View, key: str) -> pd.DataFrame:
    """One row per past day of a series in the period: actual, expected, its band, whether it is an anomaly."""
    return query(
        """
        select business_date as day, actual, expected, lower, upper, coalesce(is_anomaly, false) as is_anomaly,
            coalesce(is_change_point, false) as is_change_point, note
        from marts.mart_time_series where series_key = $key and business_date between $start_date and $end_date order by 1
        """,
        **view.params(key=key),
    )


def forecast(key: str) -> pd.DataFrame:
    """One row per future day of a series: forecast, interval, model."""
    return query(
        """
        select business_date as day, horizon_days, forecast, lower, upper, interval_level, model, made_on
        from marts.mart_forecasts where series_key = $key order by 1
        """,
        key=key,
    )


def marks(view: View, key: str) -> pd.DataFrame:
    """Days worth a line on the chart: holidays, shopping festivals (first and last day), change points, new definitions of the metric.

    The first of a name in sight (``is_first``) carries the label.
    """
    festival, holiday = "shopping_festival", f"holiday_{lang()}"
    rows = query(
        f"""
        with days as (
            select date, {holiday} as name, 'holiday' as kind from core.dim_dates where {holiday} is not null and not is_working_day
            union all
            select date, {festival}, 'festival' from core.dim_dates where {festival} is not null
            union all
            select business_date, '', 'change' from marts.mart_time_series where series_key = $key and is_change_point
            union all
            select changes.changed_on, changes.explanation_{lang()}, 'definition' from core.dim_definition_changes as changes
            semi join marts.mart_time_series as series
                on series.series_key = $key and series.metric = changes.metric and series.platform = changes.platform
        ),
        edges as (
            select *, lag(date) over named_days is distinct from date - 1 as opens,
                lead(date) over named_days is distinct from date + 1 as closes
            from days window named_days as (partition by kind, name order by date)
        )
        select date as day, kind, name from edges
        where (opens or (kind = 'festival' and closes)) and date between $start_date and $until
        order by date
        """,
        **view.params(key=key, until=_last_day(key, view)),
    )
    rows["is_first"] = ~rows.assign(year=rows["day"].dt.year).duplicated(["kind", "name", "year"])
    rows["name"] = [_mark(kind, name) for kind, name in zip(rows["kind"], rows["name"], strict=True)]
    return rows


def _mark(kind: str, name: str) -> str:
    words = {"change": t("series.change_point"), "definition": t("series.definition", change=name)}
    return words.get(kind) or _festival(name)


def _festival(name: str) -> str:
    """A shopping festival's or holiday's name in the reader's language; the calendar's own where there is no other."""
    return t_or(f"festival.{name}", name)


def _last_day(key: str, view: View) -> Any:
    row = one("select max(business_date) as day from marts.mart_forecasts where series_key = $key", key=key)
    return row["day"].date() if row and row["day"] is not None else view.end


def scores(key: str) -> pd.DataFrame:
    """One row per model that was tried on a series, the chosen one first."""
    return query(
        """
        select model, is_chosen, mase, smape, coverage, seasonal_naive_mase, origins, p_value, reason
        from marts.mart_forecast_scores where series_key = $key order by is_chosen desc, mase
        """,
        key=key,
    )


def chosen_model(key: str) -> dict[str, Any] | None:
    """The chosen model's scores, None where no forecast was made."""
    return one("select * from marts.mart_forecast_scores where series_key = $key and is_chosen", key=key)


def anomaly_rows(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Anomalies as people read them: day, actual, expected range, by how much it left the range."""
    gap = [fmt.percent_change(fmt.change(actual, expected)) for actual, expected in zip(rows["actual"], rows["expected"], strict=True)]
    return pd.DataFrame(
        {
            "business_date": rows["day"],
            "actual": [fmt.value(figure, unit) for figure in rows["actual"]],
            "expected_range": _range(rows, unit),
            "deviation": gap,
        }
    )


def forecast_rows(rows: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Forecasts as people read them: day, forecast, interval."""
    return pd.DataFrame(
        {
            "business_date": rows["day"],
            "horizon_days": rows["horizon_days"],
            "forecast": [fmt.value(figure, unit) for figure in rows["forecast"]],
            "interval": _range(rows, unit),
            "made_on": rows["made_on"],
        }
    )


def _range(rows: pd.DataFrame, unit: str) -> list[str]:
    return [f"{fmt.value(low, unit)} – {fmt.value(high, unit)}" for low, high in zip(rows["lower"], rows["upper"], strict=True)]
