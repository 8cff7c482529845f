"""What the page about effects asks of the judged effects and their checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from dashboards import format as fmt
from dashboards import registry
from dashboards.data import query
from dashboards.i18n import named, t, t_or
from dashboards.tables import CODES, word
from pipelines.suggestions.shape import NO_EVIDENCE

MOST_NEEDED = 100_000
PLAIN = "D"  # a plain difference between groups: no gain follows from it
LEVER = ("lever", "from_level", "to_level")
SCOPE = ("platform", "account_key", "segment_key", "campaign_key")


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
    return {name: outcome_name(name) for name in rows["outcome"]}


def outcome_name(code: str) -> str:
    """An outcome in words: a step of the funnel, else a metric of the registry."""
    return t_or(f"what_works.taken.{code}", "") or t_or(f"step.{code}", "") or registry.label(code)


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
    if row.to_level in ("true", "yes", "with"):
        return t("what_works.with", lever=name)
    if row.to_level in ("false", "no", "without"):
        return t("what_works.without", lever=name)
    if row.to_level == "-":
        return name
    group, divider, _ = str(row.to_level).partition("=")
    if divider:
        name = t_or(f"what_works.lever.{group}", t_or(f"conversion_paths.dimension.{group}", name))
    return t("what_works.change", lever=name, **levels)


def level(code: Any) -> str:
    """A level of a lever in words, also where it names its dimension (``channel=search``); a platform's own word stays."""
    if fmt.is_missing(code):
        return fmt.MISSING
    group, divider, value = str(code).partition("=")
    if not divider:
        return t_or(f"what_works.level.{code}", t_or(f"content_type.{code}", str(code)))
    return segments().get(value, value) if group == "segment" else word(group, value) if group in CODES else value


def segments() -> dict[str, str]:
    """The groups of people by key, with their names."""
    rows = query("select distinct segment_key, segment_name_zh, segment_name_en from marts.mart_segment_profiles")
    return {row.segment_key: named(row.segment_name_zh, row.segment_name_en) for row in rows.itertuples()}


def scope(row: Any) -> str:
    """What an effect is about: platform, account, segment, campaign, or everything."""
    parts = [word(name, value) for name in ("platform", "account_key") if isinstance(value := getattr(row, name), str)]
    parts += [segments().get(row.segment_key, row.segment_key)] if isinstance(row.segment_key, str) else []
    parts += [row.campaign_key] if isinstance(row.campaign_key, str) else []
    return t("list_separator").join(parts) or t("what_works.everywhere")


def meaning(row: Any) -> str:
    """What is compared with what, for people who do not estimate effects."""
    key = f"what_works.meaning.{row.analysis}"
    if not t_or(key, ""):
        return str(row.estimand)
    return t(key, lever=lever(row), outcome=outcome_name(row.outcome), n=fmt.exact(row.n_count), days=days(row))


def days(row: Any) -> str:
    """The days an effect rests on."""
    return fmt.MISSING if fmt.is_missing(row.window_starts_on) else f"{fmt.day(row.window_starts_on)} – {fmt.day(row.window_ends_on)}"


def actionable(rows: pd.DataFrame) -> pd.Series:
    """Which effects may be acted on; what is unknown may not."""
    return rows["is_actionable"].fillna(False).astype(bool)


def best(rows: pd.DataFrame) -> dict[str, str] | None:
    """The first effect that may be acted on, in words for a sentence; None where there is none."""
    sure = rows[actionable(rows)]
    if sure.empty:
        return None
    row = next(sure.itertuples())
    return {
        "n": fmt.exact(len(sure)),
        "lever": fmt.plain(lever(row)),
        "scope": fmt.plain(scope(row)),
        "outcome": outcome_name(row.outcome),
        "effect": size(row.effect_shrunk, row.scale, row.outcome),
        "interval": size_interval(row),
        "gain": gain(row.expected_gain),
        "gain_interval": between(row.expected_gain_low, row.expected_gain_high, gain),
    }


def gain(figure: Any) -> str:
    """A gain a month with its sign; from ten on in whole things."""
    return fmt.signed(figure if fmt.is_missing(figure) or abs(figure) < 10 else round(figure))


def monthly(row: Any) -> str:
    """The gain a month with its interval."""
    return with_interval(gain(row.expected_gain), between(row.expected_gain_low, row.expected_gain_high, gain))


def with_interval(figure: str, interval: str) -> str:
    """A figure and its interval in one cell; one dash where there is no figure."""
    return figure if interval == fmt.MISSING or figure == fmt.MISSING else t("what_works.figure", figure=figure, interval=interval)


def needed(count: Any) -> str:
    """How many an arm of an experiment needs; beyond what anybody has, just that."""
    if fmt.is_missing(count) or float(count) <= MOST_NEEDED:
        return fmt.count(count)
    return t("what_works.too_many", n=fmt.count(MOST_NEEDED))


def size(figure: Any, scale: Any, outcome: str = "") -> str:
    """An effect as people read it: a percentage where it is a log ratio, points where it is a difference of shares."""
    if fmt.is_missing(figure):
        return fmt.MISSING
    if scale == "log":
        return fmt.percent_change(float(np.expm1(figure)))
    is_share = outcome.endswith("_rate") or bool(t_or(f"step.{outcome}", ""))
    return t("points", n=f"{float(figure) * 100:+.1f}") if is_share else fmt.signed(figure)


def size_interval(row: Any) -> str:
    """The interval of an effect, a unit that is a word not said twice."""
    if row.scale == "log":
        return between(row.shrunk_low, row.shrunk_high, lambda x: size(x, row.scale))
    ends = [size(end, row.scale, row.outcome) for end in (row.shrunk_low, row.shrunk_high)]
    unit = t("points", n="")
    return fmt.MISSING if fmt.MISSING in ends else t("what_works.between", low=ends[0].removesuffix(unit), high=ends[1].removesuffix(unit))


def between(low: Any, high: Any, writer: Any) -> str:
    """An interval, a dash where an end is unknown."""
    return fmt.MISSING if fmt.is_missing(low) or fmt.is_missing(high) else t("what_works.between", low=writer(low), high=writer(high))


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as a table for people."""
    outcomes = {code: outcome_name(code) for code in rows["outcome"].unique()}
    levers, scopes = _once(rows, lever, LEVER), _once(rows, scope, SCOPE)
    listed = [
        {
            "effect_lever": levers[tuple(getattr(row, name) for name in LEVER)],
            "effect_scope": scopes[tuple(getattr(row, name) for name in SCOPE)],
            "effect_outcome": outcomes[row.outcome],
            "effect_text": with_interval(
                size(row.effect_shrunk, row.scale, row.outcome),
                size_interval(row),
            ),
            "effect_gain": fmt.MISSING if row.design_rung == PLAIN else monthly(row),
            "effect_confidence": fmt.MISSING if row.status == NO_EVIDENCE else t(f"what_works.confidence.{row.confidence}"),
            "effect_status": status(row),
            "effect_rung": t(f"what_works.rung.{row.design_rung}"),
            "effect_rows": fmt.exact(row.n_count),
            "effect_units": fmt.exact(row.account_count),
            "effect_q": chance(row.q_value),
            "effect_days": days(row),
            "effect_needed": needed(row.needed_count),
        }
        for row in rows.itertuples()
    ]
    return pd.DataFrame(listed)


def _once(rows: pd.DataFrame, write: Any, columns: tuple[str, ...]) -> dict[tuple[Any, ...], str]:
    """The words for each combination of columns, looked up once."""
    known = rows[list(columns)].drop_duplicates()
    return dict(zip(known.itertuples(index=False, name=None), map(write, known.itertuples()), strict=True))


def status(row: Any) -> str:
    """Whether it may be believed, and why not."""
    if row.status == "estimated":
        return t("what_works.status.actionable" if row.is_actionable else "what_works.status.estimated")
    return t(f"what_works.status.{row.status}", reason=t_or(f"what_works.reason.{row.reason}", str(row.reason)))


def check_label(name: str) -> str:
    """A check in words."""
    return t_or(f"what_works.check.{name}", name.replace("_", " "))


def chance(q_value: Any) -> str:
    """The risk that what stands out so much is a fluke (the q-value), as a percentage."""
    if fmt.is_missing(q_value):
        return fmt.MISSING
    return "<0.1%" if float(q_value) < 0.001 else f"{float(q_value) * 100:.1f}%"


def shown_checks(rows: pd.DataFrame) -> pd.DataFrame:
    """Checks as a table for people."""
    return pd.DataFrame(
        {
            "check_label": [check_label(name) for name in rows["check_name"]],
            "check_state": [t(f"what_works.state.{state}") for state in rows["state"]],
            "check_value": [check_figure(value) for value in rows["value"]],
            "check_threshold": [check_figure(value) for value in rows["threshold"]],
            "check_gate": [t("what_works.gate" if is_gate else "what_works.no_gate") for is_gate in rows["is_gate"]],
        }
    )


def check_figure(value: Any) -> str:
    """The figure of a check, as short as it may be."""
    if fmt.is_missing(value) or abs(value) >= 100:
        return fmt.exact(value)
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.01 or value == 0 else f"{value:.4f}"


def bars(rows: pd.DataFrame, most: int = 15) -> pd.DataFrame:
    """The strongest estimated log effects for the chart: name, low, middle and high as ratios less 1."""
    kept = rows[(rows["status"] == "estimated") & (rows["scale"] == "log") & (rows["confidence"] != "none")].head(most)
    parts = [(lever(row), outcome_name(row.outcome), scope(row)) for row in kept.itertuples()]
    names = [" · ".join(part for part in listed if part != t("what_works.everywhere")) for listed in parts]
    ends = {
        name: np.expm1(kept[column].astype(float))
        for name, column in (("low", "shrunk_low"), ("middle", "effect_shrunk"), ("high", "shrunk_high"))
    }
    return pd.DataFrame({"name": names, **{name: list(values) for name, values in ends.items()}, "is_sure": list(kept["is_actionable"])})


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """How many effects may be acted on, are estimated without that, are refused, lack evidence."""
    acted = actionable(rows)
    parts: Iterable[tuple[str, Any]] = (
        ("actionable", acted),
        ("estimated", (rows["status"] == "estimated") & ~acted),
        ("refused", rows["status"] == "refused"),
        (NO_EVIDENCE, rows["status"] == NO_EVIDENCE),
    )
    return {name: int(mask.sum()) for name, mask in parts}
