"""What the page about publishing time asks of the slots and their effects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dashboards import format as fmt
from dashboards import registry
from dashboards.data import one, query
from dashboards.i18n import t
from dashboards.queries import what_works

DAY_TYPES = ("all", "workday", "weekend")
MOST_WEEKS = 26  # an experiment that takes longer is no advice


def platforms() -> dict[str, str]:
    """Platforms that slots were looked at for, with their names, those that something is known of first."""
    rows = query(
        """
        select platform from marts.mart_publish_slots group by platform
        order by max(post_count) = 0, count(effect) = 0, platform
        """
    )
    names = registry.all_platforms()
    return {platform: names.get(platform, platform) for platform in rows["platform"]}


def slots(platform: str, day_type: str) -> pd.DataFrame:
    """The slots of one platform and kind of day, in the order of the day."""
    return query(
        "select * from marts.mart_publish_slots where platform = $platform and day_type = $day_type order by slot",
        platform=platform,
        day_type=day_type,
    )


def candidates() -> pd.DataFrame:
    """Per platform the slot that was put to the test and how it was judged."""
    return query("select * from marts.mart_effects where lever = 'publish_slot' order by is_actionable desc, q_value nulls last, platform")


def told(rows: pd.DataFrame) -> pd.DataFrame:
    """What was found for each platform, without what is the same for all of them."""
    table = what_works.shown(rows).drop(columns=["effect_lever", "effect_outcome", "effect_rung"], errors="ignore")
    return table.loc[:, ~(table == fmt.MISSING).all()]


def answer(rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """The platforms a better slot was found for, with its effect, and those where none can be told."""
    found = what_works.actionable(rows)
    sure = [f"{what_works.scope(row)} {what_works.size(row.effect_shrunk, row.scale)}" for row in rows[found].itertuples()]
    return sure, [what_works.scope(row) for row in rows[~found].itertuples()]


def naive(platform: str) -> pd.DataFrame:
    """Plain mean of the outcome per weekday and hour: what a heatmap shows, and what it hides."""
    return query(
        """
        select iso_weekday, local_hour, count(*) as post_count, avg(coalesce(engagement_count, view_count)) as mean_number
        from marts.mart_content_features
        where platform = $platform and is_mature and local_hour is not null and coalesce(engagement_count, view_count) is not null
        group by iso_weekday, local_hour order by 1, 2
        """,
        platform=platform,
    )


def ratio(figure: Any) -> str:
    """A log ratio as a percentage change."""
    return fmt.MISSING if fmt.is_missing(figure) else fmt.percent_change(float(np.expm1(figure)))


def interval(low: Any, high: Any) -> str:
    """A log interval as percentage changes."""
    return fmt.MISSING if fmt.is_missing(low) or fmt.is_missing(high) else t("when_to_post.between", low=ratio(low), high=ratio(high))


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The slots as a table for people."""
    return pd.DataFrame(
        {
            "slot_hours": [hours(slot) for slot in rows["slot"]],
            "slot_posts": [fmt.exact(n) for n in rows["post_count"]],
            "slot_accounts": [fmt.exact(n) for n in rows["account_count"]],
            "slot_share": [fmt.rate(share) for share in rows["share_rate"]],
            "slot_effect": [ratio(value) for value in rows["effect_shrunk"]],
            "slot_interval": [interval(low, high) for low, high in zip(rows["shrunk_low"], rows["shrunk_high"], strict=True)],
            "slot_raw": [ratio(value) for value in rows["effect"]],
            "slot_naive": [fmt.count(value) for value in rows["naive_mean_number"]],
            "slot_verdict": [t(f"when_to_post.verdict.{verdict}") for verdict in rows["verdict"]],
        }
    )


def hours(slot: str) -> str:
    """A slot as clock times: 18-20 is 18:00–20:59."""
    first, _, last = slot.partition("-")
    return f"{first}:00–{last}:59"


def bars(rows: pd.DataFrame) -> pd.DataFrame:
    """The slots that have an effect, for the chart."""
    kept = rows.dropna(subset=["effect_shrunk"])
    ends = {
        name: list(np.expm1(kept[column])) for name, column in (("low", "shrunk_low"), ("middle", "effect_shrunk"), ("high", "shrunk_high"))
    }
    return pd.DataFrame(
        {"name": [hours(slot) for slot in kept["slot"]], **ends, "is_sure": list(kept["verdict"].isin(["better", "worse"]))}
    )


def experiment(rows: pd.DataFrame) -> dict[str, str] | None:
    """The two slots to alternate and the posts each would need; None where there is no slot with posts."""
    used = rows[rows["post_count"] > 0].sort_values("post_count", ascending=False)
    if len(used) < 2:
        return None
    usual = used.iloc[0]
    others = used[used["slot"] != usual["slot"]]
    best = others.sort_values("effect_shrunk", ascending=False, na_position="last").iloc[0]
    return {
        "first": hours(usual["slot"]),
        "second": hours(best["slot"]),
        "n": fmt.count(usual["needed_count"]),
        "pace": pace(usual["platform"], usual["needed_count"]),
    }


def pace(platform: str, needed: Any) -> str:
    """How long the experiment takes as often as the platform's accounts post now, in a sentence; "" where nobody knows."""
    row = one(
        """
        select count(*) / 8.0 as weekly from marts.mart_content_features
        where platform = $platform
            and published_date > (select max(published_date) from marts.mart_content_features) - 56
        """,
        platform=platform,
    )
    weekly = 0.0 if row is None or fmt.is_missing(needed) else float(row["weekly"])
    if not weekly:
        return ""
    weeks = 2 * float(needed) / weekly
    key = "when_to_post.pace" if weeks <= MOST_WEEKS else "when_to_post.too_slow"
    return t(key, weekly=f"{weekly:.1f}", weeks=f"{np.ceil(weeks):.0f}")
