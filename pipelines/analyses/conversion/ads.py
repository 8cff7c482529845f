"""What ads bring by campaign, ad group, audience and creative, what more money would bring, and which budget to move where.

Days whose figures may still change are not read. Currencies, platforms and ways of attribution are never added or compared.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.analyses.analysis import Tables, empty
from pipelines.analyses.conversion.ad_moves import move_tables
from pipelines.analyses.conversion.ad_returns import spend_returns
from pipelines.analyses.conversion.rates import Z95, beta_prior, gamma_prior, overdispersion, scatter, shrink_normal, wilson
from pipelines.analyses.conversion.tables import AD_MOVES, AD_PERFORMANCE
from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS
from pipelines.analyses.statistics import Array, one_thread

GROUP = ["platform", "currency", "attribution", "dimension"]
UNIT = [*GROUP, "dimension_value"]


def ad_tables(days: pl.DataFrame) -> Tables:
    """Performance of everything ads are told apart by, effects of moving budget (rung C) and of the gaps between ads (rung D)."""
    days = days.filter(pl.col("dimension_value") != "").sort(*UNIT, "business_date")
    if days.is_empty():
        nothing = {"ad_effects": EFFECTS, "ad_effect_checks": EFFECT_CHECKS, "ad_moves": AD_MOVES, "ad_performance": AD_PERFORMANCE}
        return {table: empty(schema) for table, schema in nothing.items()}
    import scipy.optimize  # noqa: F401 - its threads are limited only once it is loaded

    with one_thread():
        return _tables(days)


def _tables(days: pl.DataFrame) -> Tables:
    rows = days.group_by(GROUP, maintain_order=True).map_groups(_group_rows)
    cast = {c: pl.col(c).cast(t) for c, t in AD_PERFORMANCE.items()}
    performance = rows.select([column.fill_nan(None) if AD_PERFORMANCE[c] == pl.Float64 else column for c, column in cast.items()])
    effects, checks, moves = move_tables(performance, days)
    return {"ad_performance": performance, "ad_moves": moves, "ad_effects": effects, "ad_effect_checks": checks}


def _group_rows(days: pl.DataFrame) -> pl.DataFrame:
    """One row per value of one platform, currency, attribution and dimension."""
    parts = days.partition_by("dimension_value", maintain_order=True)
    facts = days.group_by(UNIT, maintain_order=True).agg(
        (pl.col("spend_amount") > 0).sum().cast(pl.Int64).alias("active_day_count"),
        pl.col("business_date").min().alias("period_starts_on"), pl.col("business_date").max().alias("period_ends_on"),
        *[_known_sum(c) for c in ("spend_amount", "impression_count", "click_count", "conversion_count", "conversion_amount")],
    )  # fmt: skip
    click, conversion = _rates(parts, "click_count", "impression_count"), _rates(parts, "conversion_count", "click_count")
    columns = {f"click_{name}": values for name, values in click.items()} | {f"conversion_{name}": v for name, v in conversion.items()}
    columns |= _cpa(parts) | _roas(parts)
    rows = facts.with_columns(**{name: pl.Series(values, dtype=pl.Float64).fill_nan(None) for name, values in columns.items()})
    return rows.hstack(spend_returns(parts, rows))


def _known_sum(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum()).alias(column)


def _pairs(days: pl.DataFrame, top: str, bottom: str) -> tuple[Array, Array]:
    known = days.filter(pl.col(top).is_not_null() & pl.col(bottom).is_not_null() & (pl.col(bottom) > 0))
    return known[top].to_numpy().astype(float), known[bottom].to_numpy().astype(float)


def _rates(parts: list[pl.DataFrame], top: str, bottom: str) -> dict[str, list[float] | Array]:
    """Share, Wilson interval and shrunk share per part; trials are divided by how much more the days scatter than chance."""
    pairs = [_pairs(days, top, bottom) for days in parts]
    k, n = np.array([p[0].sum() for p in pairs]), np.array([p[1].sum() for p in pairs])
    extra = np.array([overdispersion(*p) for p in pairs])
    k = np.minimum(k, n)  # platforms may attribute more conversions than clicks
    low, high = wilson(k / extra, n / extra)
    a, b = beta_prior(k / extra, n / extra)
    with np.errstate(invalid="ignore", divide="ignore"):
        shrunk = np.where(n > 0, (k / extra + a) / (n / extra + a + b), np.nan)
        return {"rate": np.where(n > 0, k / n, np.nan), "low_rate": low, "high_rate": high, "shrunk_rate": shrunk}


def _cpa(parts: list[pl.DataFrame]) -> dict[str, Array]:
    """Money per conversion with 95 % interval and shrunk; NULL where there is no conversion to divide by, its lower bound stays known."""
    from scipy.special import gammaincinv

    pairs = [_pairs(days, "conversion_count", "spend_amount") for days in parts]
    k, spend = np.array([p[0].sum() for p in pairs]), np.array([p[1].sum() for p in pairs])
    extra = np.array([scatter(*p) for p in pairs])
    shape, rate = gamma_prior(k / extra, spend / extra)
    with np.errstate(invalid="ignore", divide="ignore"):
        most, least = gammaincinv(k / extra + 1, 0.975), np.where(k > 0, gammaincinv(np.maximum(k / extra, 1e-9), 0.025), np.nan)
        table = {
            "cpa_amount": np.where(k > 0, spend / np.maximum(k, 1e-12), np.nan),
            "cpa_low_amount": np.where(spend > 0, spend / extra / most, np.nan),
            "cpa_high_amount": np.where(least > 0, spend / extra / np.where(least > 0, least, 1), np.nan),
            "cpa_shrunk_amount": np.where(spend > 0, (spend / extra + rate) / (k / extra + shape), np.nan),
        }
    return table


def _roas(parts: list[pl.DataFrame]) -> dict[str, Array]:
    """Attributed money per money spent, interval from the scatter of days, drawn towards the group's."""
    found = []
    for days in parts:
        value, spend = _pairs(days, "conversion_amount", "spend_amount")
        if spend.size < 3:
            found.append((value.sum() / spend.sum() if spend.size else np.nan, np.nan))
            continue
        ratio = value.sum() / spend.sum()
        variance = np.sum((value - ratio * spend) ** 2) * spend.size / (spend.size - 1)
        found.append((ratio, float(np.sqrt(variance)) / spend.sum()))
    ratio, error = np.array(found, float).T
    shrunk = ratio.copy()
    known = np.isfinite(error) & (error > 0)
    if known.sum() > 1:
        shrunk[known] = shrink_normal(ratio[known], error[known])[0]
    low = np.maximum(ratio - Z95 * error, 0)
    return {"roas_number": ratio, "roas_low_number": low, "roas_high_number": ratio + Z95 * error, "roas_shrunk_number": shrunk}
