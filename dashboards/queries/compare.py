"""What the comparison page asks of the marts of fair comparisons."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import format as fmt
from dashboards import registry
from dashboards.data import query
from dashboards.filters import View
from dashboards.i18n import t
from dashboards.tables import word

VERDICTS = ("up", "down", "too_small_to_say", "not_enough_evidence")
BASELINES = ("previous", "same_weekdays", "last_year")
KPIS = ("engagement_count", "view_count", "engagement_per_post", "engagement_rate_by_views")
PARTS = ("volume", "mix", "rate")


def periods(view: View, scope: str, length: str, against: str) -> pd.DataFrame:
    """One row per platform or account and metric: the comparison of daily averages."""
    return query(
        """
        select * from marts.mart_comparisons
        where measure = 'per_day' and scope = $scope and period_days = $length::bigint and baseline_kind = $against
            and (list_contains($accounts, account_key) or (scope = 'platform' and platform in (
                select a.platform from core.dim_accounts as a where list_contains($accounts, a.account_key))))
        order by platform, account_key, metric
        """,
        **view.params(scope=scope, length=length, against=against),
    )


def equal_age(view: View, scope: str, length: str) -> pd.DataFrame:
    """One row per platform or account and metric: the median seven-day figure of the posts of two periods."""
    return query(
        """
        select * from marts.mart_comparisons
        where measure = 'median_at_7_days' and scope = $scope and period_days = $length::bigint
            and (list_contains($accounts, account_key) or (scope = 'platform' and platform in (
                select a.platform from core.dim_accounts as a where list_contains($accounts, a.account_key))))
        order by platform, account_key, metric
        """,
        **view.params(scope=scope, length=length),
    )


def shown(rows: pd.DataFrame, posts: bool = False) -> pd.DataFrame:
    """Comparisons as people read them: figures, the change with its interval, the verdict and what stands in the way."""
    units = [registry.metric(name).unit for name in rows["metric"]]
    table = rows[["platform", "account_key", "metric"]].assign(
        now_text=[fmt.value(value, unit) for value, unit in zip(rows["value"], units, strict=True)],
        before_text=[fmt.value(value, unit) for value, unit in zip(rows["baseline"], units, strict=True)],
        change_found=_changes(rows, units),
        change_interval=_intervals(rows, units),
        comparison_verdict=[t(f"comparison.verdict.{verdict}") for verdict in rows["verdict"]],
        caveats=[t("list_separator").join(t(f"comparison.flag.{flag}") for flag in _listed(flags)) for flags in rows["flags"]],
        coverage_rate=rows["coverage_rate"],
        compared_until=rows["ends_on"],
    )
    if posts:
        table = table.assign(post_count=rows["post_count"], baseline_post_count=rows["baseline_post_count"])
    else:
        table = table.assign(compared_day_count=rows["day_count"], compared_account_count=rows["account_count"])
    return table.drop(columns="account_key") if (rows["scope"] == "platform").all() else table


def _listed(flags: Any) -> list[str]:
    return [] if flags is None else list(flags)


def _changes(rows: pd.DataFrame, units: list[str]) -> list[str]:
    found = zip(rows["change_rate"], rows["difference"], units, strict=True)
    return [_signed(change, "ratio") if not fmt.is_missing(change) else _signed(difference, unit) for change, difference, unit in found]


def _intervals(rows: pd.DataFrame, units: list[str]) -> list[str]:
    relative = zip(rows["change_lower_rate"], rows["change_upper_rate"], strict=True)
    absolute = zip(rows["lower"], rows["upper"], strict=True)
    return [
        _between(low, high, "ratio") if not fmt.is_missing(low) else _between(least, most, unit)
        for (low, high), (least, most), unit in zip(relative, absolute, units, strict=True)
    ]


def _between(low: Any, high: Any, unit: str) -> str:
    return fmt.MISSING if fmt.is_missing(low) or fmt.is_missing(high) else f"{_signed(low, unit)} – {_signed(high, unit)}"


def _signed(figure: Any, unit: str) -> str:
    if fmt.is_missing(figure):
        return fmt.MISSING
    return fmt.percent_change(figure) if unit == "ratio" else ("+" if figure > 0 else "") + fmt.value(figure, unit)


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """How many comparisons came to each verdict."""
    found = rows["verdict"].value_counts()
    return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}


def told(rows: pd.DataFrame, most: int = 4) -> list[str]:
    """The clear changes, the largest first, as parts of a sentence."""
    sure = rows[rows["verdict"].isin(["up", "down"])]
    order = sure["change_rate"].abs().sort_values(ascending=False, na_position="last", kind="stable").index
    sure = sure.loc[order].head(most)
    units = [registry.metric(name).unit for name in sure["metric"]]
    changes = zip(sure.itertuples(), _changes(sure, units), _intervals(sure, units), strict=True)
    return [
        t("comparison.told_one", who=_who(row), metric=registry.label(row.metric), change=change, interval=interval)
        for row, change, interval in changes
    ]


def _who(row: Any) -> str:
    if row.scope == "platform":
        return word("platform", row.platform)
    return registry.account_names().get(row.account_key, row.account_key)


def standing(view: View, length: str) -> pd.DataFrame:
    """One row per platform and metric: its place in its own past, the leader marked."""
    rows = query(
        """
        select * from marts.mart_platform_standing
        where period_days = $length::bigint
            and platform in (select a.platform from core.dim_accounts as a where list_contains($accounts, a.account_key))
        order by metric, percentile_rate desc nulls last, platform
        """,
        **view.params(length=length),
    )
    return pd.DataFrame(
        {
            "metric": rows["metric"],
            "platform": rows["platform"],
            "now_text": [fmt.value(value, registry.metric(name).unit) for value, name in zip(rows["value"], rows["metric"], strict=True)],
            "percentile_rate": rows["percentile_rate"],
            "leads_platforms": [t("comparison.leads") if leads else "" for leads in rows["is_leader"]],
            "comparison_verdict": [t(f"comparison.standing.{verdict}") for verdict in rows["verdict"]],
            "window_count": rows["window_count"],
            "compared_until": rows["ends_on"],
        }
    )


# --- contributions ----------------------------------------------------------------------------------------------------------------------


def contribution_scopes(view: View, length: str) -> dict[str, str]:
    """What a change can be divided for: all platforms together, each platform of the selection."""
    rows = query(
        """
        select distinct scope, platform from marts.mart_contributions
        where period_days = $length::bigint and (scope = 'all'
            or platform in (select a.platform from core.dim_accounts as a where list_contains($accounts, a.account_key)))
        order by scope, platform
        """,
        **view.params(length=length),
    )
    names = registry.all_platforms()
    return {key: t("column.all_platforms") if key == "all" else names.get(key, key) for key in rows["platform"]}


def contributions(platform: str, length: str, kpi: str) -> pd.DataFrame:
    """One row per stratum and part of the change of a KPI."""
    return query(
        """
        select * from marts.mart_contributions
        where platform = $platform and period_days = $length::bigint and kpi = $kpi order by stratum, part
        """,
        platform=platform,
        length=length,
        kpi=kpi,
    )


def kpis(platform: str, length: str) -> dict[str, str]:
    """The KPIs that were divided there, by key, with their names."""
    rows = query(
        "select distinct kpi from marts.mart_contributions where platform = $platform and period_days = $length::bigint",
        platform=platform,
        length=length,
    )
    return {kpi: t(f"comparison.kpi.{kpi}") for kpi in KPIS if kpi in set(rows["kpi"])}


def kpi_unit(kpi: str) -> str:
    """The unit a KPI's parts are written in."""
    return "ratio" if kpi == "engagement_rate_by_views" else "count"


def steps(rows: pd.DataFrame) -> pd.DataFrame:
    """The bars of a waterfall: before, each part over all strata, now."""
    strata = rows.drop_duplicates("stratum")
    before, now = float(strata["baseline"].sum()), float(strata["value"].sum())
    parts = [(part, float(rows.loc[rows["part"] == part, "contribution"].sum())) for part in PARTS if part in set(rows["part"])]
    bars, level = [{"name": t("comparison.before"), "start": 0.0, "end": before, "value": before, "kind": "total"}], before
    for part, change in parts:
        kind = "up" if change >= 0 else "down"
        bars.append({"name": t(f"comparison.parts.{part}"), "start": level, "end": level + change, "value": change, "kind": kind})
        level += change
    return pd.DataFrame([*bars, {"name": t("comparison.now"), "start": 0.0, "end": now, "value": now, "kind": "total"}])


def strata(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per stratum: what it contributes by each part, its rates, and the posts these rest on."""
    unit = kpi_unit(rows["kpi"].iloc[0])
    wide = rows.pivot(index="stratum", columns="part", values="contribution")
    first = rows.drop_duplicates("stratum").set_index("stratum")
    stratum = "platform" if rows["scope"].iloc[0] == "all" else "content_type"
    table = pd.DataFrame({stratum: list(wide.index)})
    for part in (part for part in PARTS if part in wide):
        table[f"{part}_part"] = [_signed_count(figure, unit) for figure in wide[part]]
    rates = first.loc[list(wide.index)]
    return table.assign(
        now_each=[fmt.value(figure, unit) for figure in rates["stratum_rate"]],
        before_each=[fmt.value(figure, unit) for figure in rates["baseline_rate"]],
        post_count=rates["post_count"].to_numpy(),
        baseline_post_count=rates["baseline_post_count"].to_numpy(),
    )


def _signed_count(figure: Any, unit: str) -> str:
    if unit != "ratio":
        return _signed(figure, unit)
    return fmt.MISSING if fmt.is_missing(figure) else t("points", n=f"{figure * 100:+.2f}")


# --- maturity ---------------------------------------------------------------------------------------------------------------------------


def curves(view: View, metric: str) -> pd.DataFrame:
    """One row per kind of post and age where the curve is known."""
    rows = query(
        """
        select * from marts.mart_maturity_curves
        where metric = $metric and platform in (select a.platform from core.dim_accounts as a where list_contains($accounts, a.account_key))
        order by platform, content_type, age_days
        """,
        **view.params(metric=metric),
    )
    names = registry.all_platforms()
    pairs = zip(rows["platform"], rows["content_type"], strict=True)
    return rows.assign(name=[f"{names.get(platform, platform)} · {registry.content_type(kind)}" for platform, kind in pairs])


def without_curve(rows: pd.DataFrame) -> list[str]:
    """The kinds of post no share before the last age is known for."""
    known = set(rows.loc[rows["share_rate"].notna() & (rows["share_rate"] < 1), "name"])
    return [name for name in rows["name"].unique() if name not in known]


def immature(view: View, metric: str) -> pd.DataFrame:
    """One row per post too young to be ranked: what it has, what it may come to, and why not where that cannot be said."""
    rows = query(
        """
        select * from marts.mart_post_maturity
        where not is_mature and metric = $metric and list_contains($accounts, account_key)
        order by published_date desc, post_key
        """,
        **view.params(metric=metric),
    )
    return pd.DataFrame(
        {
            "title": rows["title"],
            "platform": rows["platform"],
            "account_key": rows["account_key"],
            "content_type": rows["content_type"],
            "published_date": rows["published_date"],
            "age_text": [fmt.duration(age * 86400) for age in rows["age_days"]],
            "observed_text": [fmt.count(figure) for figure in rows["observed"]],
            "projected_text": [fmt.count(figure) for figure in rows["projected"]],
            "projected_interval": [_range(low, high) for low, high in zip(rows["lower"], rows["upper"], strict=True)],
            "projection_basis": [t(f"comparison.basis.{basis}") for basis in rows["basis"]],
            "basis_post_count": rows["n_count"],
        }
    )


def _range(low: Any, high: Any) -> str:
    return fmt.MISSING if fmt.is_missing(low) else f"{fmt.count(low)} – {fmt.count(high)}"


def survival(view: View) -> pd.DataFrame:
    """One row per platform and period: posts that are gone, and how far the average of the rest drifts."""
    rows = query(
        """
        select * from marts.mart_post_survival
        where platform in (select a.platform from core.dim_accounts as a where list_contains($accounts, a.account_key))
            and known_post_count > 0
        order by platform, period_days
        """,
        **view.params(),
    )
    intervals = zip(rows["deleted_lower_rate"], rows["deleted_upper_rate"], strict=True)
    return rows[["platform", "known_post_count", "deleted_post_count", "deleted_rate"]].assign(
        deleted_interval=[f"{fmt.rate(low)} – {fmt.rate(high)}" for low, high in intervals],
        published_within=[t("unit.day", n=days) for days in rows["period_days"]],
        mean_view_count=rows["mean_view_count"],
        remaining_mean_view_count=rows["remaining_mean_view_count"],
        drift_text=[_signed(drift, "ratio") for drift in rows["drift_rate"]],
    )
