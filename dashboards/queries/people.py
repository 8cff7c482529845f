"""What the people page asks: lifecycle and expected activity, who may buy, personas, levels and points."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import format as fmt
from dashboards.data import one, query
from dashboards.i18n import lang, t, t_or
from dashboards.queries.users import LIFECYCLES
from dashboards.tables import word

DIMENSIONS = ("basic", "interests", "consumption", "social", "need")
RFM_GROUPS = ("key_value", "key_growth", "key_keep", "key_win_back", "general_value", "general_growth", "general_keep", "general_win_back")


def interval(low: Any, high: Any, unit: str = "ratio") -> str:
    """An interval as 10.1%–15.0%; a dash where either end is unknown."""
    return fmt.MISSING if fmt.is_missing(low) or fmt.is_missing(high) else f"{fmt.value(low, unit)}–{fmt.value(high, unit)}"


def points(figure: Any) -> str:
    """A difference of shares in percentage points."""
    return fmt.MISSING if fmt.is_missing(figure) else t("points", n=f"{float(figure) * 100:.2f}")


def month(first_day: Any, last_day: Any) -> str:
    """A month as 2026-11, with the last day of data where it is still running."""
    first, through = pd.Timestamp(first_day), pd.Timestamp(last_day)
    is_running = first <= through < first + pd.offsets.MonthEnd(1)
    name = f"{first:%Y-%m}"
    return t("people.running_month", month=name, day=fmt.short_day(through)) if is_running else name


# --- lifecycle --------------------------------------------------------------------------------------------------------------------------


def states() -> pd.DataFrame:
    """One row per lifecycle state in the order people pass them: people, share, and what the model expects of them."""
    rows = query(
        """
        select lifecycle_state, count(*) as people_count, count(*) / sum(count(*)) over () as share_rate,
            avg(alive_rate) as mean_alive_rate, avg(expected_active_days) as mean_expected_days, max(as_of_date) as as_of_date
        from marts.mart_people_lifecycle where lifecycle_state is not null group by lifecycle_state
        """
    )
    return rows.sort_values("lifecycle_state", key=lambda column: column.map(LIFECYCLES.index), ignore_index=True)


def rfm() -> pd.DataFrame:
    """One row per RFM group that has people, the most worth first."""
    rows = query(
        """
        select rfm_group, count(*) as people_count, count(*) / sum(count(*)) over () as share_rate, sum(paid_amount) as paid_amount,
            avg(expected_active_days) as mean_expected_days
        from marts.mart_people_lifecycle where rfm_group is not null group by rfm_group
        """
    ).sort_values("rfm_group", key=lambda column: column.map(RFM_GROUPS.index), ignore_index=True)
    return rows.assign(
        rfm_group=[t(f"people.rfm.{group}") for group in rows["rfm_group"]],
        mean_expected_days=[fmt.decimal(days) for days in rows["mean_expected_days"]],
    )


def model(name: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """The verdict on a model (``lifecycle_model`` or ``potential_user_model``) and its calibration, lowest fifth first."""
    rows = query(f"select * from marts.mart_{name} order by group_number")
    verdict = one(f"select * from marts.mart_{name} where group_number = 0") or {"status": "not_enough_evidence", "reason": "no_events"}
    return verdict, rows[rows["group_number"] > 0]


def activity_check(groups: pd.DataFrame) -> pd.DataFrame:
    """The fifths with foretold and actual active days, as the calibration chart takes them."""
    return groups.assign(
        name=[t("people.fifth", n=n) for n in groups["group_number"]],
        predicted=groups["predicted_active_days"],
        actual=groups["actual_active_days"],
        low=groups["ci_low"] * groups["predicted_active_days"],
        high=groups["ci_high"] * groups["predicted_active_days"],
        people=groups["holdout_people_count"],
    )


# --- who may buy ------------------------------------------------------------------------------------------------------------------------


def payment_check(groups: pd.DataFrame) -> pd.DataFrame:
    """The fifths with foretold and actual shares of payers, as the calibration chart takes them."""
    return groups.assign(
        name=[t("people.fifth", n=n) for n in groups["group_number"]],
        predicted=groups["predicted_rate"],
        actual=groups["conversion_rate"],
        low=groups["conversion_rate_low"],
        high=groups["conversion_rate_high"],
        people=groups["people_count"],
    )


def potential() -> pd.DataFrame:
    """Pseudonymous people who never paid, the most likely first."""
    return query(
        f"""
        select rank as potential_rank, left(person_key, 10) as person, pay_rate, segment_name_{lang()} as segment_name, lifecycle_state,
            recency_days, active_day_count as active_28d_count, coupon_count, top_channel
        from marts.mart_potential_users order by rank limit 5000
        """
    )


# --- personas ---------------------------------------------------------------------------------------------------------------------------


def segments() -> dict[str, str]:
    """Segments that have a persona, largest first, then everybody and the audiences."""
    rows = query(
        f"""
        select segment_key, max(segment_name_{lang()}) as name, max(segment_people_count) as people_count
        from marts.mart_personas group by segment_key
        order by segment_key = 'audience', segment_key = 'all', people_count desc nulls last, segment_key
        """
    )
    return {
        row.segment_key: t(f"people.scope.{row.segment_key}")
        if row.segment_key in ("all", "audience")
        else str(row.name or row.segment_key)
        for row in rows.itertuples(index=False)
    }


def persona(segment: str, dimension: str) -> pd.DataFrame:
    """The known shares and figures of a segment along one dimension, in the reader's words."""
    rows = query(
        """
        select * from marts.mart_personas where segment_key = $segment and dimension = $dimension and status <> 'missing'
        order by attribute, platform, rank
        """,
        segment=segment,
        dimension=dimension,
    )
    shown = pd.DataFrame(
        {
            "persona_attribute": [t_or(f"people.attribute.{name}", name) for name in rows["attribute"]],
            "persona_value": [_value(*pair) for pair in zip(rows["attribute"], rows["value"], strict=True)],
            "persona_share": [_share(row) for row in rows.itertuples()],
            "persona_interval": [_share_interval(row) for row in rows.itertuples()],
            "persona_tgi": [_tgi(row) for row in rows.itertuples()],
            "covered_count": rows["covered_count"],
            "persona_coverage_rate": rows["coverage_rate"],
            "persona_source": [t_or(f"people.source.{name}", name) for name in rows["source"]],
            "persona_status": [t(f"people.status.{name}") for name in rows["status"]],
        }
    )
    if (rows["platform"] != "all").any():
        shown.insert(1, "platform", rows["platform"])
    return shown


def _value(attribute: str, value: str) -> str:
    if attribute in ("channel", "platform", "content_type"):
        return word(attribute, value)
    return word("account_key", value) if attribute == "partner_account" else t_or(f"people.value.{value}", value)


def _share(row: Any) -> str:
    return fmt.rate(row.share_rate) if fmt.is_missing(row.number) else fmt.decimal(row.number)


def _share_interval(row: Any) -> str:
    return interval(row.share_low, row.share_high) if fmt.is_missing(row.number) else interval(row.number_low, row.number_high, "score")


def _tgi(row: Any) -> str:
    """The index, marked where its interval leaves no doubt on which side of 100 it is."""
    if fmt.is_missing(row.tgi):
        return fmt.MISSING
    mark = " ▲" if row.tgi_low > 100 else " ▼" if row.tgi_high < 100 else ""
    return f"{row.tgi:.0f}{mark}"


def missing(segment: str, dimension: str) -> list[str]:
    """What a full persona would hold and this segment's has no data for."""
    rows = query(
        """
        select attribute from marts.mart_personas where segment_key = $segment and dimension = $dimension and status = 'missing' order by 1
        """,
        segment=segment,
        dimension=dimension,
    )
    return [t_or(f"people.attribute.{name}", name) for name in rows["attribute"]]


# --- levels and points ------------------------------------------------------------------------------------------------------------------


def levels() -> pd.DataFrame:
    """One row per level that has people: people, share, mean points, activity and contribution."""
    return query(
        f"""
        select level_number, level_name_{lang()} as level_name, count(*) as people_count, count(*) / sum(count(*)) over () as share_rate,
            avg(points_count) as mean_points, avg(active_day_count) as mean_active_days, avg(contribution_count) as mean_contribution,
            max(points_source) as points_source
        from marts.mart_levels group by all order by level_number
        """
    )


def moves() -> tuple[pd.DataFrame, Any]:
    """From level to level in the last whole month (people and their share of the level before), and that month; else the running one."""
    month = one("select month_starts_on, is_month_complete from marts.mart_level_moves order by 2 desc, 1 desc limit 1")
    if month is None:
        return pd.DataFrame(), None
    rows = query(
        """
        select from_level_number, to_level_number, people_count, share_rate from marts.mart_level_moves
        where month_starts_on = $month order by 1, 2
        """,
        month=month["month_starts_on"],
    )
    names = dict(query(f"select distinct level_number, level_name_{lang()} from marts.mart_levels").itertuples(index=False))
    named = {number: names.get(number, f"L{number}") for number in {*rows["from_level_number"], *rows["to_level_number"]}}
    named[0] = t("people.newcomers")
    cells = [f"{fmt.exact(row.people_count)} ({fmt.rate(row.share_rate)})" for row in rows.itertuples()]
    wide = rows.assign(cell=cells).pivot(index="from_level_number", columns="to_level_number", values="cell").fillna("")
    wide = wide.rename(columns=named).rename_axis(columns=None)
    wide.insert(0, "from_level", [named[number] for number in wide.index])
    return wide.reset_index(drop=True), month["month_starts_on"]


def rules() -> pd.DataFrame:
    """One row per points rule of the latest month, the one that gave most first."""
    rows = query(
        """
        select rule as points_rule, points_per_event_count, credited_event_count, capped_event_count, people_count, points_count,
            points_share_rate, is_cheapest, rules_source, month_starts_on
        from marts.mart_points_rules where month_starts_on = (select max(month_starts_on) from marts.mart_points_rules)
        order by points_count desc, rule
        """
    )
    return rows.assign(points_rule=[t_or(f"people.rule.{rule}", rule) for rule in rows["points_rule"]])


def ledger() -> pd.DataFrame:
    """The points system's ledger by month, newest first; no rows without one."""
    return query(
        """
        select month_starts_on, earned_count, burned_count, expired_count, balance_count, redemption_rate, liability_amount, currency,
            reconcilable_entry_count, unreconciled_entry_count
        from marts.mart_points_ledger order by 1 desc
        """
    )
