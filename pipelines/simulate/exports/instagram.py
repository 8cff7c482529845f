"""Instagram posts csv from Meta Business Suite."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import files
from pipelines.simulate.exports.facebook import thousands
from pipelines.simulate.ledger import Ledger, side_capture_days, totals
from pipelines.simulate.parameters import PLATFORMS
from pipelines.simulate.world import World

HEADER = files.names(
    "Post ID,Account ID,Account username,Account name,Description,Duration (sec),Publish time,Permalink,Post type,Data comment,"
    "Date,Views,Reach,Likes,Shares,Follows,Comments,Saves"
)
COUNTS = ("views", "likes", "shares", "follows", "comments", "saves")


def posts_table(account: dict, shown: pl.DataFrame) -> pl.DataFrame:
    """The posts export of one capture, cells as the platform writes them."""
    number = "18" + shown["post_number"].cast(pl.String).str.slice(1)
    kind = shown["content_type"].to_numpy()
    return pl.DataFrame(
        {
            "Post ID": number,
            "Account ID": pl.repeat(f"1784{account['platform_account_id']}", shown.height, eager=True),
            "Account username": pl.repeat("qinghe.tea", shown.height, eager=True),
            "Account name": pl.repeat(account["account_name"], shown.height, eager=True),
            "Description": shown["title"],
            "Duration (sec)": np.where(kind == "short_video", shown["duration"].to_numpy(), 0),
            "Publish time": shown["published_at"].dt.strftime("%m/%d/%Y %H:%M"),
            "Permalink": "https://www.instagram.com/p/" + shown["token"].str.slice(0, 11) + "/",
            "Post type": np.select([kind == "short_video", kind == "carousel"], ["IG reel", "IG carousel"], "IG image"),
            "Data comment": pl.repeat("", shown.height, eager=True),
            "Date": pl.repeat("Lifetime", shown.height, eager=True),
            "Views": thousands(shown["views"]),
            "Reach": thousands(shown["viewers"]),
            "Likes": thousands(shown["likes"]),
            "Shares": thousands(shown["shares"]),
            "Follows": thousands(shown["follows"]),
            "Comments": thousands(shown["comments"]),
            "Saves": thousands(shown["saves"]),
        }
    ).select(HEADER)


def write(world: World, ledger: Ledger) -> None:
    """Write every capture of the account's posts export."""
    zone = PLATFORMS["instagram"].zone
    for account in world.accounts.filter(pl.col("platform") == "instagram").iter_rows(named=True):
        for day in side_capture_days(world):
            shown = world.posts_of(account["account_index"], day)
            first, last = (d.strftime("%b-%d-%Y") for d in (world.scenario.first_day, world.scenario.day(day)))
            ledger.write(
                account["account_name"],
                f"{first}_{last}_{account['platform_account_id']}.csv",
                files.text_bytes(files.csv_lines(posts_table(account, shown), quote=["Description"]), bom=True),
                ledger.capture(day, "instagram", zone),
                kind="instagram.posts",
                platform="instagram",
                entity="post_snapshots",
                posts=shown["post_index"],
                rows=shown.height,
                totals=totals(shown, COUNTS),
            )
