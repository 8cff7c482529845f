"""Parts of the people page: the verdict on a model, and the levels with the points that make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import cards
from dashboards import format as fmt
from dashboards.filters import data_days
from dashboards.i18n import t, t_or
from dashboards.queries import people
from dashboards.tables import table


def model_verdict(verdict: Mapping[str, Any], kind: str) -> None:
    """Whether a model may be believed, and the figures that say so; kind is activity or payment."""
    if verdict["status"] == "not_enough_evidence":
        st.info(t(f"people.{kind}_unknown", reason=_reason(verdict)), icon=":material/info:")
        return
    figures = _activity(verdict) if kind == "activity" else _payment(verdict)
    if verdict["status"] == "estimated":
        st.success(t(f"people.{kind}_good", **figures), icon=":material/check_circle:")
    else:
        st.warning(t(f"people.{kind}_bad", reason=_reason(verdict), **figures), icon=":material/block:")


def _reason(verdict: Mapping[str, Any]) -> str:
    return t_or(f"people.reason.{verdict['reason']}", str(verdict["reason"]))


def _activity(verdict: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "n": fmt.exact(verdict["holdout_people_count"]),
        "day": fmt.day(verdict["holdout_starts_on"]),
        "ratio": fmt.decimal(verdict["actual_over_predicted"]),
        "interval": people.interval(verdict["ci_low"], verdict["ci_high"], "score"),
        "error": fmt.decimal(verdict["mean_absolute_error"]),
        "own": fmt.decimal(verdict["own_pace_error"]),
    }


def _payment(verdict: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "n": fmt.exact(verdict["people_count"]),
        "payers": fmt.exact(verdict["conversion_count"]),
        "day": fmt.day(verdict["judge_cut_date"]),
        "lift": fmt.value(verdict["top_decile_lift"], "times"),
        "lift_interval": people.interval(verdict["lift_low"], verdict["lift_high"], "times"),
        "auc": fmt.decimal(verdict["auc"]),
        "auc_interval": people.interval(verdict["auc_low"], verdict["auc_high"], "score"),
        "error": people.points(verdict["calibration_error_rate"]),
    }


def _month(first_day: Any) -> str:
    return people.month(first_day, data_days()[1])


def levels(rows: pd.DataFrame, rules: pd.DataFrame, moves: pd.DataFrame, month: Any, ledger: pd.DataFrame) -> None:
    """Levels with what people of them do, moves between them, the rules behind the points, and the ledger where there is one."""
    if rows.empty:
        st.caption(t("people.no_levels"))
        return
    source = rows["points_source"].iloc[0]
    (st.info if source == "default" else st.caption)(t(f"people.points_source.{source}"))
    means = {column: [fmt.decimal(value) for value in rows[column]] for column in ("mean_points", "mean_active_days", "mean_contribution")}
    table(rows.drop(columns="points_source").assign(**means), "levels")
    if month is not None:
        st.caption(t("people.moves", month=f"{month:%Y-%m}"))
        table(moves, "level_moves")
    st.markdown(f"**{t('people.rules')}**")
    if rules.empty:
        st.caption(t("people.no_rules"))
    else:
        cheapest = rules[rules["is_cheapest"]]
        if cheapest.empty:
            st.caption(t("people.no_cheapest", month=_month(rules["month_starts_on"].iloc[0])))
        else:
            st.caption(
                t(
                    "people.cheapest",
                    month=_month(rules["month_starts_on"].iloc[0]),
                    names=t("list_separator").join(fmt.plain(name) for name in cheapest["points_rule"]),
                    share=fmt.rate(cheapest["points_share_rate"].sum()),
                )
            )
        table(rules.drop(columns=["is_cheapest", "rules_source", "month_starts_on"]), "points_rules")
    if ledger.empty:
        st.caption(t("people.no_ledger"))
        return
    last, owed = ledger.iloc[0], [fmt.value(row.liability_amount, row.currency) for row in ledger.itertuples()]
    month_name = _month(last["month_starts_on"])
    cards.figures(
        [
            (t("people.balance"), fmt.count(last["balance_count"]), month_name, t("people.balance_help")),
            (t("people.redemption"), fmt.rate(last["redemption_rate"]), month_name, t("people.redemption_help")),
            (t("people.liability"), owed[0], month_name, t("people.liability_help")),
            (
                t("people.unreconciled"),
                fmt.exact(ledger["unreconciled_entry_count"].sum()),
                t("people.of_entries", n=fmt.exact(ledger["reconcilable_entry_count"].sum())),
                t("people.unreconciled_help"),
            ),
        ]
    )
    months = [_month(day) for day in ledger["month_starts_on"]]
    table(
        ledger.drop(columns="currency")
        .assign(month_starts_on=months, liability_amount=owed)
        .rename(columns={"liability_amount": "liability"}),
        "points_ledger",
    )
