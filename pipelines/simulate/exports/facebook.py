"""Facebook posts csv from Meta Business Suite: BOM, MM/DD/YYYY HH:MM, thousands with commas, 33 or 34 columns by month."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.ledger import CANONICAL, Ledger, side_capture_days
from pipelines.simulate.parameters import PLATFORMS
from pipelines.simulate.world import World

HEADER = [
    *files.names("Post ID,Page ID,Page name,Title,Description,Duration (sec),Publish time,Caption type,Permalink"),
    *files.names("Is crosspost,Is share,Post type,Languages,Custom labels,Funded content status,Data comment,Date,Views,Reach"),
    "Reactions, Comments and Shares",
    *files.names("Reactions,Comments,Shares,Total clicks,Other Clicks,Matched Audience Targeting Consumption (Photo Click),Link Clicks"),
    "Matched Audience Targeting Consumption (Video Click)",
    "Negative feedback from users: Hide all",
    *files.names("Seconds viewed,Average Seconds viewed,Estimated earnings (USD),Ad CPM (USD),Ad impressions"),
]
COMES_AND_GOES = "Negative feedback from users: Hide all"


def thousands(values: pl.Series) -> pl.Series:
    """12400 as 12,400."""
    text = values.cast(pl.String)
    for _ in range(3):
        text = text.str.replace(r"^(\d+)(\d{3})", "$1,$2")
    return text


def posts_table(account: dict, shown: pl.DataFrame) -> pl.DataFrame:
    """The posts export of one capture, cells as the platform writes them."""
    number = "12" + shown["post_number"].cast(pl.String).str.slice(1)
    kind = shown["content_type"].to_numpy()
    video = kind == "short_video"
    acted = shown["likes"] + shown["comments"] + shown["shares"]
    watched = np.where(video, shown["views"].to_numpy() * shown["watch_seconds"].to_numpy(), 0)
    values: dict[str, pl.Series | np.ndarray] = {name: pl.repeat("", shown.height, eager=True) for name in HEADER}
    values |= {
        "Post ID": number,
        "Page ID": pl.repeat(f"1{account['platform_account_id']}", shown.height, eager=True),
        "Page name": pl.repeat(account["account_name"], shown.height, eager=True),
        "Title": shown["title"].str.slice(0, 24),
        "Description": shown["title"],
        "Duration (sec)": np.where(video, shown["duration"].to_numpy(), 0),
        "Publish time": shown["published_at"].dt.strftime("%m/%d/%Y %H:%M"),
        "Permalink": "https://www.facebook.com/qinghetea/posts/" + number,
        "Is crosspost": pl.repeat("0", shown.height, eager=True),
        "Is share": pl.repeat("0", shown.height, eager=True),
        "Post type": np.select([video, kind == "link"], ["Reels", "Links"], "Photos"),
        "Date": pl.repeat("Lifetime", shown.height, eager=True),
        "Views": thousands(shown["views"]),
        "Reach": thousands(shown["viewers"]),
        "Reactions, Comments and Shares": thousands(acted),
        "Reactions": thousands(shown["likes"]),
        "Comments": thousands(shown["comments"]),
        "Shares": thousands(shown["shares"]),
        "Total clicks": thousands(shown["link_clicks"] * 3),
        "Other Clicks": thousands(shown["link_clicks"] * 2),
        "Link Clicks": thousands(shown["link_clicks"]),
        "Seconds viewed": np.round(watched, 1),
        "Average Seconds viewed": np.round(np.where(video, shown["watch_seconds"].to_numpy(), 0), 1),
    }
    return pl.DataFrame(values).select(HEADER)


def write(world: World, ledger: Ledger) -> None:
    """Write every capture of the account's posts export."""
    zone = PLATFORMS["facebook"].zone
    for account in world.accounts.filter(pl.col("platform") == "facebook").iter_rows(named=True):
        for number, day in enumerate(side_capture_days(world)):
            shown = world.posts_of(account["account_index"], day)
            table = posts_table(account, shown)
            table = table if number % 2 else table.drop(COMES_AND_GOES)
            counts = ("views", "likes", "comments", "shares", "link_clicks")
            first, last = (d.strftime("%b-%d-%Y") for d in (world.scenario.first_day, world.scenario.day(day)))
            ledger.write(
                account["account_name"],
                f"{first}_{last}_{account['platform_account_id']}.csv",
                files.text_bytes(files.csv_lines(table, quote=["Title", "Description"]), bom=True),
                ledger.capture(day, "facebook", zone),
                kind="facebook.posts",
                version=str(table.width),
                platform="facebook",
                entity="post_snapshots",
                posts=shown["post_index"],
                rows=shown.height,
                totals={CANONICAL[c]: int(shown[c].sum()) for c in counts},
            )
