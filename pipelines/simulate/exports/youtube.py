"""YouTube Studio: Table data.csv (a Total row first) and Chart data.csv (views per day and subscription status)."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import Ledger, side_capture_days, totals, windows
from pipelines.simulate.parameters import PLATFORMS
from pipelines.simulate.world import World

HEADER = files.names(
    "Content,Video title,Video publish time,Duration,Views,Watch time (hours),Subscribers,Estimated revenue (USD),Impressions,"
    "Impressions click-through rate (%)"
)
MAX_ROWS = 500
COUNTS = ("views", "impressions")


def table(shown: pl.DataFrame) -> pl.DataFrame:
    """Video rows and above them the total, as Studio writes it."""
    views, shows = shown["views"].to_numpy(), shown["impressions"].to_numpy()
    hours = np.round(views * shown["watch_seconds"].to_numpy() / 3600, 4)
    videos = pl.DataFrame(
        {
            "Content": shown["token"].str.slice(0, 11),
            "Video title": shown["title"],
            "Video publish time": shown["published_at"].dt.strftime("%b %-d, %Y"),
            "Duration": shown["duration"].cast(pl.String),
            "Views": views,
            "Watch time (hours)": hours,
            "Subscribers": shown["follows"],
            "Estimated revenue (USD)": np.round(views * 0.0012, 3),
            "Impressions": shows,
            "Impressions click-through rate (%)": np.round(100 * views / np.maximum(shows, 1), 2),
        }
    )
    sums = {c: [videos[c].sum()] for c in ("Views", "Watch time (hours)", "Subscribers", "Estimated revenue (USD)", "Impressions")}
    total = pl.DataFrame(
        {"Content": ["Total"], **sums, "Impressions click-through rate (%)": [round(100 * views.sum() / max(shows.sum(), 1), 2)]}
    )
    return pl.concat([total, videos], how="diagonal_relaxed").with_columns(pl.col("Watch time (hours)").round(4)).select(HEADER)


def write(world: World, ledger: Ledger) -> None:
    """Write the Studio exports of every capture."""
    zone = PLATFORMS["youtube"].zone
    for account in world.accounts.filter(pl.col("platform") == "youtube").iter_rows(named=True):
        for day in side_capture_days(world):
            shown = world.posts_of(account["account_index"], day).head(MAX_ROWS)
            ledger.write(
                account["account_name"],
                "Table data.csv",
                files.text_bytes(files.csv_lines(table(shown))),
                ledger.capture(day, "youtube table", zone),
                kind="youtube.table",
                platform="youtube",
                entity="post_snapshots",
                posts=shown["post_index"],
                rows=shown.height,
                totals=totals(shown, COUNTS) | {"follower_net_count": int(shown["follows"].sum())},
                dirt={"total_row": 1},
            )
        for first, last in windows(world, 90, 1):
            views = world.day_series(account["account_index"], "views", first, last)
            days = pl.date_range(world.scenario.day(first), world.scenario.day(last), eager=True).dt.strftime("%Y-%m-%d")
            subscribed = views // 4
            chart = pl.DataFrame(
                {
                    "Date": pl.concat([days, days]),
                    "Subscription status": ["Not subscribed"] * len(days) + ["Subscribed"] * len(days),
                    "Views": np.concatenate([views - subscribed, subscribed]),
                }
            )
            ledger.write(
                account["account_name"],
                "Chart data.csv",
                files.text_bytes(files.csv_lines(chart)),
                ledger.capture(last, "youtube.audience", zone),
                kind="youtube.audience",
                platform="youtube",
                entity="audience_segments",
                rows=chart.height,
            )
