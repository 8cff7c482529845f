"""Effects of ads where the truth is planted, at the edges, and on a public table of forty ad groups."""

import datetime as dt
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.conversion.ad_returns import elasticity
from pipelines.analyses.conversion.ads import ad_tables
from pipelines.analyses.conversion.tables import AD_PERFORMANCE

DAYS = {
    "platform": pl.String, "currency": pl.String, "attribution": pl.String, "dimension": pl.String, "dimension_value": pl.String,
    "business_date": pl.Date, "spend_amount": pl.Float64, "impression_count": pl.Int64, "click_count": pl.Int64,
    "conversion_count": pl.Float64, "conversion_amount": pl.Float64,
}  # fmt: skip
PUBLIC_TABLE = Path(os.environ.get("PULSE_SHARED_DATA", Path(__file__).parents[5] / "shared" / "data")) / "ad_groups" / "ad_table.csv"


def ad_days(
    value: str,
    level: float,
    slope: float,
    *,
    spread: float = 0.5,
    days: int = 90,
    seed: int = 0,
    currency: str = "CNY",
    spend: float = 500.0,
) -> pl.DataFrame:
    """Days of one audience whose conversions follow its spend with that slope."""
    rng = np.random.default_rng(seed)
    amount = spend * np.exp(rng.normal(0, spread, days))
    conversions = rng.poisson(level * (amount / spend) ** slope).astype(float)
    clicks = (conversions + rng.poisson(amount)).astype(int)
    table = {
        "platform": "x", "currency": currency, "attribution": "", "dimension": "audience", "dimension_value": value,
        "business_date": [dt.date(2026, 1, 1) + dt.timedelta(days=i) for i in range(days)], "spend_amount": amount,
        "impression_count": clicks * 40, "click_count": clicks, "conversion_count": conversions, "conversion_amount": conversions * 30,
    }  # fmt: skip
    return pl.DataFrame(table, schema=DAYS)


def test_the_planted_slope_lies_in_the_interval_nearly_always() -> None:
    slopes = [elasticity(ad_days("a", 20, 0.6, seed=seed)) for seed in range(60)]
    covered = np.mean([abs(slope.estimate - 0.6) <= 1.96 * slope.error for slope in slopes])
    assert covered >= 0.88 and np.mean([slope.estimate for slope in slopes]) == pytest.approx(0.6, abs=0.03)


def test_budget_moves_to_where_the_next_money_brings_most() -> None:
    days = pl.concat([ad_days("worn", 20, 0.15, seed=1), ad_days("fresh", 20, 0.9, seed=2), ad_days("still", 20, 0.5, seed=3, spread=0.0)])
    tables = ad_tables(days.sample(fraction=1.0, shuffle=True, seed=9))
    assert all(tables[name].equals(frame) for name, frame in ad_tables(days).items())
    moves = tables["ad_effects"].filter(pl.col("lever") == "budget_share")
    move = moves.row(by_predicate=pl.col("from_level") == "audience=worn", named=True)
    assert move["to_level"] == "audience=fresh" and move["design_rung"] == "C" and move["status"] == "estimated"
    monthly, share = 20 * 30, 0.2
    truth = monthly * ((1 + share) ** 0.9 - 1 + (1 - share) ** 0.15 - 1)
    assert move["shrunk_low"] < truth < move["shrunk_high"] and move["shrunk_low"] > 0
    still = moves.row(by_predicate=pl.col("from_level") == "audience=still", named=True)
    assert (still["status"], still["reason"], still["effect"]) == ("not_enough_evidence", "too_little_spend_variation", None)
    amount = tables["ad_moves"]["move_amount"].to_list()
    assert len(amount) == 1 and amount[0] > 0
    assert set(tables["ad_effects"].filter(pl.col("lever") == "audience")["design_rung"]) == {"D"}


def test_nothing_is_divided_by_zero_and_zero_conversions_have_a_bound() -> None:
    nothing = ad_days("nothing", 0, 0.5).with_columns(
        pl.lit(0).cast(pl.Int64).alias("impression_count"), pl.lit(0).cast(pl.Int64).alias("click_count")
    )
    unknown = ad_days("unknown", 5, 0.5).with_columns(
        pl.lit(None, pl.Float64).alias("conversion_count"),
        pl.lit(None, pl.Float64).alias("conversion_amount"),
        pl.lit(0.0).alias("spend_amount"),
    )
    found = ad_tables(pl.concat([nothing, unknown, ad_days("plain", 20, 0.5)]))["ad_performance"].sort("dimension_value")
    assert found.schema == pl.Schema(AD_PERFORMANCE)
    none, plain, unk = (found.row(i, named=True) for i in range(3))
    assert none["click_rate"] is None and none["conversion_rate"] is None and none["cpa_amount"] is None and none["cpa_low_amount"] > 1000
    assert (
        unk["conversion_count"] is None
        and unk["cpa_amount"] is None
        and unk["roas_number"] is None
        and unk["returns_reason"] == "too_few_days"
    )
    assert plain["cpa_low_amount"] < plain["cpa_amount"] < plain["cpa_high_amount"] and plain["roas_low_number"] < plain["roas_high_number"]


def test_currencies_are_kept_apart() -> None:
    days = pl.concat([ad_days("a", 20, 0.2, seed=1), ad_days("b", 20, 0.9, seed=2, currency="USD")])
    tables = ad_tables(days)
    assert tables["ad_performance"]["currency"].to_list() == ["CNY", "USD"]
    assert tables["ad_moves"].is_empty() and tables["ad_effects"].filter(pl.col("to_level").is_not_null()).is_empty()


def test_small_ads_are_drawn_towards_the_others() -> None:
    large = [ad_days(f"large{i}", 20, 0.5, seed=i) for i in range(5)]
    lucky = ad_days("lucky", 1, 0.5, days=3, seed=8).with_columns(pl.lit(60.0).alias("spend_amount"), pl.lit(5.0).alias("conversion_count"))
    row = ad_tables(pl.concat([*large, lucky]))["ad_performance"].row(by_predicate=pl.col("dimension_value") == "lucky", named=True)
    assert row["cpa_amount"] == pytest.approx(12) and row["cpa_shrunk_amount"] > 15


@pytest.mark.skipif(not PUBLIC_TABLE.exists(), reason="the public table is not on this machine")
def test_forty_public_ad_groups_are_told_apart_without_overclaiming() -> None:
    table = pl.read_csv(PUBLIC_TABLE)
    assert table.height == 2_115 and (table["shown"] == 0).sum() == 13
    days = table.select(
        pl.lit("web").alias("platform"), pl.lit("USD").alias("currency"), pl.lit("").alias("attribution"),
        pl.lit("ad_group").alias("dimension"),
        pl.col("ad").alias("dimension_value"), pl.col("date").str.to_date("%m/%d/%y").alias("business_date"),
        (pl.col("avg_cost_per_click") * pl.col("clicked")).alias("spend_amount"), pl.col("shown").alias("impression_count"),
        pl.col("clicked").alias("click_count"), pl.col("converted").cast(pl.Float64).alias("conversion_count"),
        pl.col("total_revenue").alias("conversion_amount"),
    )  # fmt: skip
    tables = ad_tables(days)
    rows = tables["ad_performance"]
    assert rows.height == 40 and rows["impression_count"].sum() == table["shown"].sum()
    assert rows.filter(pl.col("conversion_count") == 0)["cpa_amount"].null_count() == (rows["conversion_count"] == 0).sum()
    moves = tables["ad_effects"].filter(pl.col("lever") == "budget_share")
    assert moves.filter(pl.col("reason") == "too_little_spend_variation").height > 0
    assert (moves.filter(pl.col("status") == "estimated")["design_rung"] == "C").all()
