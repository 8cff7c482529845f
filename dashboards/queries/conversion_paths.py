"""What the page on ways to a purchase asks of the marts: breakdowns of the funnel, losses, paths, attribution, ads."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboards import format as fmt
from dashboards import registry
from dashboards.data import query
from dashboards.i18n import named, t, t_or
from dashboards.tables import word
from pipelines.analyses.conversion.rates import wilson

DIMENSIONS = ("channel", "segment", "platform", "content_type")
MODELS = ("last", "first", "linear", "position", "time_decay", "markov", "shapley")
AD_DIMENSIONS = ("audience", "creative", "ad_group", "campaign")


def funnels() -> list[str]:
    """The funnels that anybody has entered, the longest first."""
    rows = query("select funnel, max(step_number) as n from marts.mart_funnel_paths group by funnel order by n desc, funnel")
    return list(rows["funnel"])


def steps(funnel: str, dimension: str) -> pd.DataFrame:
    """One row per value of the dimension and step from the second on, with the rate, its interval and the value's name."""
    rows = query(
        """
        select * from marts.mart_funnel_paths
        where funnel = $funnel and dimension = $dimension order by entry_people_count desc, dimension_value, step_number
        """,
        funnel=funnel,
        dimension=dimension,
    )
    return rows.assign(name=names(dimension, rows["dimension_value"]), step=[word("step_name", step) for step in rows["step_name"]])


def names(dimension: str, values: pd.Series) -> list[str]:
    """The values' names; segments by the name of their group, '' as unknown."""
    segments = query("select segment_key, segment_name_zh, segment_name_en from marts.mart_segment_profiles")
    groups = {row.segment_key: named(row.segment_name_zh, row.segment_name_en) for row in segments.itertuples()}

    def one(value: str) -> str:
        if not value:
            return t("conversion_paths.unknown")
        return groups.get(value, value) if dimension == "segment" else word(dimension, value)

    return [one(value) for value in values]


def step_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The steps as a table: people, rate with interval, the rate after shrinkage, median time."""
    shown = rows[rows["step_number"] > 1]
    return pd.DataFrame(
        {
            "funnel_group": shown["name"],
            "step_name": shown["step_name"],
            "people_before_count": shown["people_before_count"],
            "people_count": shown["people_count"],
            "conversion_from_previous_rate": shown["conversion_from_previous_rate"],
            "wilson_range": ranges(shown, "conversion_low_rate", "conversion_high_rate", fmt.rate),
            "shrunk_rate": shown["shrunk_rate"],
            "median_seconds_from_previous": shown["median_seconds_from_previous"],
        }
    )


def ranges(rows: pd.DataFrame, low: str, high: str, write: Any) -> list[str]:
    """Intervals as people read them, a dash where unknown."""
    pairs = zip(rows[low], rows[high], strict=True)
    return [fmt.MISSING if fmt.is_missing(a) and fmt.is_missing(b) else f"{write(a)} – {write(b)}" for a, b in pairs]


def whole_range(first: pd.Series, last: pd.Series) -> str:
    """The 95 % interval of the share that takes the last step."""
    low, high = wilson(last["people_count"], first["people_count"])
    return f"{fmt.rate(float(low))} – {fmt.rate(float(high))}"


def losses(funnel: str, dimension: str) -> pd.DataFrame:
    """The gaps of a funnel and dimension, the costliest first; groups with too few people last."""
    rows = query(
        """
        select * replace (needed_people_count::double as needed_people_count),
            case when has_same_sign then 'same' when not has_same_sign then 'turns' else 'na' end as sign
        from marts.mart_funnel_losses where funnel = $funnel and dimension = $dimension
        order by loss_people_number desc nulls last, effect_key
        """,
        funnel=funnel,
        dimension=dimension,
    )
    return rows.assign(name=names(dimension, rows["dimension_value"]), best=names(dimension, rows["best_value"]))


def loss_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The gaps as a table."""
    return pd.DataFrame(
        {
            "funnel_group": rows["name"],
            "step_name": rows["step_name"],
            "funnel_best_group": rows["best"],
            "own_rate": rows["own_rate"],
            "gap_points": [points(value) for value in rows["gap_rate"]],
            "gap_range": ranges(rows, "gap_low_rate", "gap_high_rate", points),
            "loss_people": [fmt.exact(value) for value in rows["loss_people_number"]],
            "loss_range": ranges(rows, "loss_people_low_number", "loss_people_high_number", fmt.exact),
            "gap_sign": [t(f"conversion_paths.sign.{sign}") for sign in rows["sign"]],
            "needed_people_count": rows["needed_people_count"],
        }
    )


def points(value: Any) -> str:
    """A difference of rates in percentage points."""
    return fmt.MISSING if fmt.is_missing(value) else t("points", n=f"{float(value) * 100:+.1f}")


def paths(kind: str) -> pd.DataFrame:
    """The commonest paths of a kind, stations by their names."""
    rows = query("select * from marts.mart_paths where path_kind = $kind order by people_count desc, path", kind=kind)
    return pd.DataFrame(
        {
            "path_text": [_stations(path, kind) for path in rows["path"]],
            "people_count": rows["people_count"],
            "path_share_rate": rows["share_rate"],
            "converted_people_count": rows["converted_people_count"],
            "path_conversion_rate": rows["conversion_rate"],
            "wilson_range": ranges(rows, "conversion_low_rate", "conversion_high_rate", fmt.rate),
        }
    )


def _stations(path: str, kind: str) -> str:
    def station(code: str) -> str:
        if code == "…":
            return code
        return word("channel", code) if kind == "channel" else t_or(f"step.{code}", t_or(f"conversion_paths.verb.{code}", code))

    return " → ".join(station(code) for code in path.split(" > "))


def attribution() -> pd.DataFrame:
    """One row per model and channel, channels by name."""
    rows = query("select * from marts.mart_attribution order by channel, model")
    other = t("conversion_paths.other_channels")
    return rows.assign(name=[other if code == "other_channels" else word("channel", code) for code in rows["channel"]])


def attribution_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per channel: its share in each descriptive model, and what it adds with the interval."""
    wide = rows.pivot(index="name", columns="model", values="share_rate")
    shares = {f"{model}_rate": wide[model].to_numpy() for model in MODELS if model in wide}
    added = rows[rows["model"] == "incremental"].set_index("name").reindex(wide.index)
    count = [fmt.exact(value) for value in added["conversion_count"]]
    low_high = ranges(added, "conversion_low_number", "conversion_high_number", fmt.exact)
    table = pd.DataFrame(
        {
            "channel_name": wide.index,
            "incremental_rate": added["share_rate"].to_numpy(),
            "incremental_range": ranges(added, "share_low_rate", "share_high_rate", fmt.rate),
            "incremental_people": count,
            "incremental_people_range": low_high,
        }
    )
    return table.assign(**shares, path_count=added["path_count"].to_numpy())


def ad_dimensions() -> dict[str, str]:
    """What ads can be told apart by here, with its name; {} without ads."""
    found = set(query("select distinct dimension from marts.mart_ad_effects")["dimension"])
    return {dimension: t(f"conversion_paths.ad.{dimension}") for dimension in AD_DIMENSIONS if dimension in found}


def ads(dimension: str) -> pd.DataFrame:
    """Performance of the ads by a dimension as a table, those that cost most first."""
    rows = query(
        "select * from marts.mart_ad_effects where dimension = $dimension order by spend_amount desc nulls last", dimension=dimension
    )
    return pd.DataFrame(
        {
            "platform": rows["platform"],
            "ad_name": rows["dimension_value"],
            "ad_spend": _money(rows, "spend_amount"),
            "ad_click": _beside([fmt.rate(v) for v in rows["click_rate"]], ranges(rows, "click_low_rate", "click_high_rate", fmt.rate)),
            "ad_conversion_rate": rows["conversion_rate"],
            "ad_conversions": [fmt.count(value) for value in rows["conversion_count"]],
            "ad_cpa": _beside(_money(rows, "cpa_amount"), ranges(rows, "cpa_low_amount", "cpa_high_amount", fmt.count)),
            "ad_roas": _beside(
                [fmt.decimal(v) for v in rows["roas_number"]], ranges(rows, "roas_low_number", "roas_high_number", fmt.decimal)
            ),
            "ad_elasticity": [fmt.decimal(value) for value in rows["elasticity_shrunk_number"]],
            "ad_next_cpa": _money(rows, "marginal_cpa_amount"),
            "ad_why": [t(f"conversion_paths.why.{code}") if isinstance(code, str) else "" for code in rows["returns_reason"]],
        }
    )


def _beside(figures: list[str], intervals: list[str]) -> list[str]:
    """Figures with their intervals behind, one dash where there is no figure."""
    pairs = zip(figures, intervals, strict=True)
    return [figure if fmt.MISSING in (figure, interval) else f"{figure} ({interval})" for figure, interval in pairs]


def _money(rows: pd.DataFrame, column: str) -> list[str]:
    return [fmt.value(value, code or "count") for value, code in zip(rows[column], rows["currency"], strict=True)]


def moves() -> pd.DataFrame:
    """Moves of budget that could be told, the largest expected gain first."""
    return query(
        """
        select * replace (
            needed_days_count::double as needed_days_count, round(change_number, 1) as change_number,
            round(change_low_number, 1) as change_low_number, round(change_high_number, 1) as change_high_number
        )
        from marts.mart_ad_budget_moves where status = 'estimated' order by change_number desc, effect_key
        """
    )


def move_table(rows: pd.DataFrame) -> pd.DataFrame:
    """The moves as a table."""
    platforms = registry.all_platforms()
    return pd.DataFrame(
        {
            "ad_platform": [platforms.get(code, code) for code in rows["platform"]],
            "ad_from": rows["from_value"],
            "ad_to": rows["to_value"],
            "ad_move": _money(rows, "move_amount"),
            "ad_change": [fmt.signed(value) for value in rows["change_number"]],
            "ad_change_range": ranges(rows, "change_low_number", "change_high_number", fmt.signed),
            "needed_days_count": rows["needed_days_count"],
        }
    )
