"""What the page about effects asks of the judged effects and their checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from dashboards import format as fmt
from dashboards import registry
from dashboards.data import query
from dashboards.i18n import t, t_or
from dashboards.tables import word

CONFIDENCES = ("high", "medium", "low", "none")


def effects(outcome: str | None = None, kind: str | None = None) -> pd.DataFrame:
    """One row per effect tried, actionable ones first, then by strength of evidence; those without an estimate last."""
    return query(
        """
        select * from marts.mart_effects
        where ($outcome is null or outcome = $outcome) and ($kind is null or suggestion_kind = $kind)
        order by is_actionable desc, ['high', 'medium', 'low', 'none'].list_position(confidence), q_value nulls last,
            status, expected_gain desc nulls last, effect_key
        """,
        outcome=outcome,
        kind=kind,
    )


def outcomes() -> dict[str, str]:
    """The outcomes that effects were estimated for, with their names."""
    rows = query("select distinct outcome from marts.mart_effects where outcome is not null order by 1")
    return {name: registry.label(name) for name in rows["outcome"]}


def kinds() -> dict[str, str]:
    """The kinds of suggestions among the effects, with their names."""
    rows = query("select distinct suggestion_kind from marts.mart_effects where suggestion_kind is not null order by 1")
    return {kind: t_or(f"what_works.kind.{kind}", kind) for kind in rows["suggestion_kind"]}


def checks(effect_key: str) -> pd.DataFrame:
    """The checks of one effect, failed ones first."""
    return query(
        """
        select check_name, state, value, threshold, is_gate from marts.mart_effect_checks where effect_key = $effect_key
        order by ['fail', 'na', 'pass'].list_position(state), check_name
        """,
        effect_key=effect_key,
    )


def evidence(row: pd.Series) -> pd.DataFrame:
    """The rows an effect rests on, as its own query returns them; none where it has no query."""
    sql = row["evidence_rows_sql"]
    return query(f"select * from ({sql}) as evidence limit 5000") if isinstance(sql, str) and sql.startswith("select ") else pd.DataFrame()


def lever(row: Any) -> str:
    """What is done otherwise, in words."""
    levels = {"from": level(row.from_level), "to": level(row.to_level)}
    name = t_or(f"what_works.lever.{row.lever}", str(row.lever))
    if {row.from_level, row.to_level} == {"true", "false"}:
        return t("what_works.with" if row.to_level == "true" else "what_works.without", lever=name)
    return t("what_works.change", lever=name, **levels)


def level(code: Any) -> str:
    """A level of a lever in words; a platform's own word stays."""
    return fmt.MISSING if code is None else t_or(f"what_works.level.{code}", t_or(f"content_type.{code}", str(code)))


def scope(row: Any) -> str:
    """What an effect is about: platform, account, segment, campaign, or everything."""
    parts = [word(name, value) for name in ("platform", "account_key") if isinstance(value := getattr(row, name), str)]
    parts += [value for name in ("segment_key", "campaign_key") if isinstance(value := getattr(row, name), str)]
    return t("list_separator").join(parts) or t("what_works.everywhere")


def size(figure: Any, scale: Any, outcome: str = "") -> str:
    """An effect as people read it: a percentage where it is a log ratio, else in the outcome's unit."""
    if fmt.is_missing(figure):
        return fmt.MISSING
    if scale == "log":
        return fmt.percent_change(float(np.expm1(figure)))
    return t("points", n=f"{float(figure) * 100:+.2f}") if outcome.endswith("_rate") else fmt.signed(figure)


def between(low: Any, high: Any, writer: Any) -> str:
    """An interval, a dash where an end is unknown."""
    return fmt.MISSING if fmt.is_missing(low) or fmt.is_missing(high) else t("what_works.between", low=writer(low), high=writer(high))


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as a table for people."""
    listed = [
        {
            "effect_lever": lever(row),
            "effect_scope": scope(row),
            "effect_outcome": registry.label(row.outcome),
            "effect_text": size(row.effect_shrunk, row.scale, row.outcome),
            "effect_interval": between(row.shrunk_low, row.shrunk_high, lambda x, r=row: size(x, r.scale, r.outcome)),
            "effect_gain": fmt.signed(row.expected_gain),
            "effect_gain_interval": between(row.expected_gain_low, row.expected_gain_high, fmt.signed),
            "effect_confidence": t(f"what_works.confidence.{row.confidence}"),
            "effect_status": status(row),
            "effect_rung": t(f"what_works.rung.{row.design_rung}"),
            "effect_rows": fmt.exact(row.n_count),
            "effect_units": fmt.exact(row.account_count),
            "effect_q": fmt.value(row.q_value, "p"),
            "effect_days": f"{fmt.day(row.window_starts_on)} – {fmt.day(row.window_ends_on)}",
            "effect_needed": fmt.count(row.needed_count),
        }
        for row in rows.itertuples()
    ]
    return pd.DataFrame(listed)


def status(row: Any) -> str:
    """Whether it may be believed, and why not."""
    if row.status == "estimated":
        return t("what_works.status.actionable" if row.is_actionable else "what_works.status.estimated")
    return t(f"what_works.status.{row.status}", reason=t_or(f"what_works.reason.{row.reason}", str(row.reason)))


def shown_checks(rows: pd.DataFrame) -> pd.DataFrame:
    """Checks as a table for people."""
    return pd.DataFrame(
        {
            "check_label": [t_or(f"what_works.check.{name}", name) for name in rows["check_name"]],
            "check_state": [t(f"what_works.state.{state}") for state in rows["state"]],
            "check_value": [fmt.MISSING if fmt.is_missing(value) else f"{value:.3g}" for value in rows["value"]],
            "check_threshold": [fmt.MISSING if fmt.is_missing(value) else f"{value:.3g}" for value in rows["threshold"]],
            "check_gate": [t("what_works.gate" if is_gate else "what_works.no_gate") for is_gate in rows["is_gate"]],
        }
    )


def bars(rows: pd.DataFrame, most: int = 15) -> pd.DataFrame:
    """The strongest estimated log effects for the chart: name, low, middle and high as ratios less 1."""
    kept = rows[(rows["status"] == "estimated") & (rows["scale"] == "log") & (rows["confidence"] != "none")].head(most)
    names = [f"{lever(row)} · {registry.label(row.outcome)} · {scope(row)}" for row in kept.itertuples()]
    ends = {
        name: np.expm1(kept[column].astype(float))
        for name, column in (("low", "shrunk_low"), ("middle", "effect_shrunk"), ("high", "shrunk_high"))
    }
    return pd.DataFrame({"name": names, **{name: list(values) for name, values in ends.items()}, "is_sure": list(kept["is_actionable"])})


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """How many effects may be acted on, are estimated without that, are refused, lack evidence."""
    acted = rows["is_actionable"].fillna(False).astype(bool)
    parts: Iterable[tuple[str, Any]] = (
        ("actionable", acted),
        ("estimated", (rows["status"] == "estimated") & ~acted),
        ("refused", rows["status"] == "refused"),
        ("not_enough_evidence", rows["status"] == "not_enough_evidence"),
    )
    return {name: int(mask.sum()) for name, mask in parts}
