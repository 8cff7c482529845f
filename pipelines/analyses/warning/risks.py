"""Risk levels: the higher of what people judged (severity x likelihood) and what the numbers say, day by day, never an average of the two.

A grave risk that makes little noise stays grave, a loud one is seen before anybody has judged it. A level rises at once and falls only
after a whole day below. Weights, components and overrides are kept beside the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables, empty
from pipelines.analyses.statistics import Array
from pipelines.analyses.warning.tables import RISKS

LEVELS = ("low", "medium", "high", "critical")
INDEX_CUTS = (1.0, 2.0, 3.5)  # of the index: medium, high and critical from
MATRIX_CUTS = (5, 10, 20)  # of severity x likelihood
GRAVE_SEVERITY = 5  # whatever its likelihood: high at least
WEIGHTS_VERSION = "2026-1"
WEIGHTS = {"volume_z": 0.35, "share_z": 0.20, "growth_z": 0.20, "reach_z": 0.15, "spread_z": 0.10}
HIGHEST_Z = 6.0
BASELINE_DAYS, LEAST_BASELINE_DAYS, HISTORY_DAYS = 56, 14, 60
# Classes of negative information that a registered type of risk is watched by; the types are those of the risk register.
CATEGORIES_OF_TYPE = {
    "data": ["privacy_security"],
    "policy": ["compliance", "false_advertising"],
    "opinion": ["rumour", "staff_conduct", "false_advertising"],
    "operation": ["service", "price_rules", "logistics"],
    "technical": ["product_quality"],
}
COUNTS = ("volume", "all_negative", "all_texts", "reach", "platforms", "last_quarter")


def risk_tables(texts: pl.DataFrame, assessments: pl.DataFrame, overrides: pl.DataFrame) -> Tables:
    """`risks`: one row per risk and day of the last 60 days. Risks are the classes of negative information and the registered ones."""
    days = daily_counts(texts)
    severities = assessments.filter(pl.col("is_latest").fill_null(value=False))
    names = sorted(days["category"].unique().to_list())
    tables = [_category_risk(name, days.filter(pl.col("category") == name)) for name in names]
    tables += [_registered_risk(row, days) for row in severities.sort("risk_id").to_dicts()]
    if not tables:
        return {"risks": empty(RISKS)}
    found = pl.concat(tables).with_columns(is_latest=pl.col("business_date") == pl.col("business_date").max().over("risk_key"))
    return {"risks": _overridden(found, overrides).select(list(RISKS)).sort("risk_key", "business_date")}


def daily_counts(texts: pl.DataFrame) -> pl.DataFrame:
    """Category x day without gaps: its negative texts, all negatives, all texts, reach, platforms, its texts of the last six hours."""
    known = texts.filter(pl.col("created_at").is_not_null()).with_columns(
        at=pl.col("created_at").dt.convert_time_zone("Asia/Shanghai").dt.replace_time_zone(None)
    )
    schema = {"category": pl.String, "day": pl.Date} | dict.fromkeys(COUNTS, pl.Float64)
    bad = known.filter(pl.col("sentiment") == "negative").explode("categories", empty_as_null=True).drop_nulls("categories")
    if bad.is_empty():
        return pl.DataFrame(schema=schema)
    day = pl.col("at").dt.date().alias("day")
    per_day = known.group_by(day).agg(all_texts=pl.len(), all_negative=(pl.col("sentiment") == "negative").sum())
    mine = bad.group_by(pl.col("categories").alias("category"), day).agg(
        volume=pl.len(),
        reach=pl.col("reach_count").sum(),
        platforms=pl.col("platform").n_unique(),
        last_quarter=(pl.col("at").dt.hour() >= 18).sum(),
    )
    first: Any = known["at"].min()
    last: Any = known["at"].max()
    grid = pl.select(day=pl.date_range(first.date(), last.date(), "1d")).join(mine.select("category").unique(), how="cross")
    return (
        grid.join(per_day, on="day", how="left")
        .join(mine, on=["category", "day"], how="left")
        .with_columns(pl.col(COUNTS).fill_null(0).cast(pl.Float64))
        .select(list(schema))
        .sort("category", "day")
    )


def index_components(days: pl.DataFrame) -> dict[str, Array]:
    """The components of the index per day of one risk, 0-6, each against the 56 days before; NaN where there is too little of them."""
    volume, texts = days["volume"].to_numpy(), days["all_texts"].to_numpy()
    growth = days["last_quarter"].to_numpy() * 4  # the day's last six hours as if they were a day
    return {
        "volume_z": _excess(volume, volume),
        "share_z": _excess(np.where(texts > 0, volume / np.fmax(texts, 1) * 1000, 0.0), volume),
        "growth_z": _excess(growth, volume),
        "reach_z": _excess(np.log1p(days["reach"].to_numpy()), volume),
        "spread_z": np.where(
            np.arange(len(volume)) >= LEAST_BASELINE_DAYS, np.clip(days["platforms"].to_numpy() - 1, 0, HIGHEST_Z), np.nan
        ),
    }


def _excess(values: Array, volume: Array) -> Array:
    """Robust deviations above the median of the days before, 0 on days without a single text of the risk."""
    out = np.full(len(values), np.nan)
    for today in range(LEAST_BASELINE_DAYS, len(values)):
        before = values[max(0, today - BASELINE_DAYS) : today]
        centre = np.median(before)
        spread = max(1.4826 * np.median(np.abs(before - centre)), np.sqrt(max(centre, 1.0)))
        out[today] = np.clip((values[today] - centre) / spread, 0, HIGHEST_Z) if volume[today] > 0 else 0.0
    return out


def risk_index(components: dict[str, Array]) -> Array:
    """Weighted mean of the known components; rises with each of them; NaN where none is known."""
    weights = np.array([WEIGHTS[name] for name in components])[:, None]
    values = np.array(list(components.values()))
    known = ~np.isnan(values)
    mass = (weights * known).sum(axis=0)
    return np.where(mass > 0, (weights * np.nan_to_num(values)).sum(axis=0) / np.fmax(mass, 1e-9), np.nan)


def matrix_level(severity: int | None, likelihood: int | None) -> int | None:
    """Position in LEVELS of severity x likelihood (1-5 each); severity 5 is high at least, also while its likelihood is unknown."""
    if severity is None:
        return None
    if likelihood is None:
        return 2 if severity >= GRAVE_SEVERITY else None
    level = int(np.searchsorted(MATRIX_CUTS, severity * likelihood, side="right"))
    return max(level, 2) if severity >= GRAVE_SEVERITY else level


def with_hysteresis(levels: Array) -> Array:
    """Up at once, down one day later: the greater of today's and yesterday's level; -1 stands for unknown."""
    return np.maximum(levels, np.r_[levels[:1], levels[:-1]])


def _category_risk(name: str, days: pl.DataFrame) -> pl.DataFrame:
    return _risk_rows(name, name, "category", days, None, None)


def _registered_risk(row: dict[str, object], days: pl.DataFrame) -> pl.DataFrame:
    """A risk of the register: its own judgement, and the numbers of the classes that its type is watched by."""
    watched = CATEGORIES_OF_TYPE.get(str(row["risk_type"]), [])
    mine = days.filter(pl.col("category").is_in(watched))
    if mine.is_empty():
        mine = pl.DataFrame({"day": [row["assessed_on"]]}, schema={"day": pl.Date}).with_columns(
            **{c: pl.lit(None, pl.Float64) for c in COUNTS}
        )
    else:
        summed = [pl.col(c).sum() for c in ("volume", "reach", "last_quarter")]
        mine = mine.group_by("day").agg(*summed, pl.col("platforms", "all_texts", "all_negative").max()).sort("day")
    return _risk_rows(str(row["risk_id"]), str(row["risk"]), "registered", mine, row["impact_level"], row["likelihood_level"])


def _risk_rows(key: str, name: str, kind: str, days: pl.DataFrame, severity: object, likelihood: object) -> pl.DataFrame:
    counted = days["volume"].null_count() < days.height
    parts = index_components(days) if counted else {c: np.full(days.height, np.nan) for c in WEIGHTS}
    index = risk_index(parts)
    by_index = np.where(np.isnan(index), -1, np.searchsorted(INDEX_CUTS, np.nan_to_num(index), side="right"))
    by_matrix = matrix_level(_whole(severity), _whole(likelihood))
    computed = with_hysteresis(np.maximum(by_index, -1 if by_matrix is None else by_matrix))
    frame = pl.DataFrame(
        {
            "business_date": days["day"],
            "computed_level": _words(computed),
            "index_level": _words(by_index),
            "index_number": index,
            **parts,
            "component_count": sum((~np.isnan(v)).astype(int) for v in parts.values()),
            "item_count": days["volume"].cast(pl.Int64) if counted else pl.Series([None] * days.height, dtype=pl.Int64),
        },
        strict=False,
    ).with_columns(pl.col(pl.Float64).fill_nan(None))
    return frame.with_columns(
        risk_key=pl.lit(key),
        risk_name=pl.lit(name),
        risk_type=pl.lit(kind),
        matrix_level=pl.lit(None if by_matrix is None else LEVELS[by_matrix], pl.String),
        severity_level=pl.lit(_whole(severity), pl.Int64),
        likelihood_level=pl.lit(_whole(likelihood), pl.Int64),
        weights_version=pl.lit(WEIGHTS_VERSION),
    ).tail(HISTORY_DAYS)


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def _words(levels: Array) -> list[str | None]:
    return [LEVELS[level] if level >= 0 else None for level in levels.astype(int)]


def _overridden(found: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """A person's level holds until the computed one rises above what that person saw; an empty level takes it back."""
    given = overrides.select(
        "risk_key",
        "overridden_by",
        business_date=pl.col("overridden_at").dt.convert_time_zone("Asia/Shanghai").dt.date(),
        override="level",
        override_reason="reason",
        at="overridden_at",
    )
    rank = pl.coalesce(
        [pl.when(pl.col("computed_level") == level).then(pl.lit(place)) for place, level in enumerate(LEVELS)] + [pl.lit(-1)]
    )
    found = found.with_columns(rank=rank).sort("business_date")
    seen = given.sort("business_date", "at").join_asof(
        found.select("risk_key", "business_date", seen="rank"), on="business_date", by="risk_key", check_sortedness=False
    )
    joined = found.join_asof(seen, on="business_date", by="risk_key", check_sortedness=False)
    holds = (pl.col("override").is_in(list(LEVELS)) & (pl.col("rank") <= pl.col("seen").fill_null(len(LEVELS)))).fill_null(value=False)
    return joined.with_columns(
        pl.when(holds).then(pl.col("overridden_by", "override_reason")),
        level=pl.when(holds).then("override").otherwise("computed_level"),
    ).cast({k: v for k, v in RISKS.items() if k != "is_latest"})
