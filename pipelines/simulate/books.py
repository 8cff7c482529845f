"""`truth.json`: the parameters of the world and the totals that the warehouse must come to. No analysis may read it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import polars as pl

from pipelines.simulate import calendar
from pipelines.simulate import parameters as p
from pipelines.simulate.ledger import CANONICAL, HEADER_CHANGE_DAYS, Ledger
from pipelines.simulate.people import People
from pipelines.simulate.truth import Truth
from pipelines.simulate.world import World

DAILY = (
    "views",
    "impressions",
    "likes",
    "comments",
    "shares",
    "saves",
    "reposts",
    "follower_total",
    "follower_gain",
    "follower_loss",
    "posts_published",
)
NAMES = CANONICAL | {
    "follower_total": "follower_total_count",
    "follower_gain": "follower_gain_count",
    "follower_loss": "follower_loss_count",
    "posts_published": "posts_published_count",
}


def truth(world: World, people: People, events: pl.DataFrame, ledger: Ledger, shop: dict[str, Any]) -> dict[str, Any]:
    """Everything that is true, as plain JSON values."""
    s = world.scenario
    rows: dict[str, int] = {}
    for entry in ledger.files:
        for entity, number in (entry.get("tables") or {entry["entity"]: entry.get("answers", entry["rows"])}).items():
            if entity:
                rows[entity] = rows.get(entity, 0) + number
    return {
        "scenario": {
            **{k: v for k, v in asdict(s).items() if k != "truth"},
            "start": str(s.start),
            "end": str(s.end),
            "first_post_date": str(s.first_day),
            "platforms": list(s.platforms),
        },
        "parameters": _parameters(s.truth),
        "files": ledger.files,
        "rows": {"by_entity": rows, "files": len(ledger.files), "bytes": sum(f["bytes"] for f in ledger.files)},
        "accounts": [_account(world, ledger, account) for account in world.accounts.iter_rows(named=True)],
        "purges": [_purge(world, i) for i in range(len(world.purges))],
        "titles": world.planted_titles,
        "people": _people(people, events),
        "events": _events(events),
        "funnel": funnel(events),
        "comments": ledger.comment_labels,
        "orders": {"mall": _mall(world, people), "douyin_shop": shop},
    }


def _parameters(t: Truth) -> dict[str, Any]:
    planted = {k: v for k, v in asdict(t).items() if k not in ("campaign_panels", "journeys", "event_shock", "event_shock_sd", "dirt")}
    return {
        **planted,
        "platforms": {k: asdict(v) for k, v in p.PLATFORMS.items()},
        "topic_effects": dict(zip(p.TOPICS, t.topic_effects, strict=True)),
        "calendar_effects": calendar.EFFECTS,
        "segments": {k: asdict(v) for k, v in p.SEGMENTS.items()},
        "channels": dict(zip(p.CHANNELS, t.click_by_channel, strict=True)),
        "header_change_days_before_end": HEADER_CHANGE_DAYS,
    }


def _account(world: World, ledger: Ledger, account: dict[str, Any]) -> dict[str, Any]:
    s, index = world.scenario, account["account_index"]
    key = f"{account['platform']}:{account['account_name']}"
    mine = world.posts.filter(pl.col("account_index") == index)
    daily = {NAMES[m]: world.account_days[m][index].tolist() for m in DAILY if world.account_days[m][index].any()}
    return {
        "account_key": key,
        **{k: account[k] for k in ("platform", "account_name", "rank", "strength", "followers_at_start", "platform_account_id")},
        "posts_out": mine.height,
        "posts_in_period": mine.filter(pl.col("day") >= p.BURN_IN_DAYS).height,
        "posts_in_files": len(ledger.posts_seen.get(key, ())),
        "posts_by_type": {str(k): int(v) for k, v in mine["content_type"].value_counts().sort("content_type").iter_rows()},
        "captures": [
            {k: f[k] for k in ("file", "captured_at", "rows", "totals")} for f in ledger.files if f["account_key"] == key and "totals" in f
        ],
        "daily": {"first_date": str(s.first_day), **daily},
    }


def _purge(world: World, number: int) -> dict[str, Any]:
    purge = world.purges[number]
    account = world.accounts.row(purge.account_index, named=True)
    mine = world.posts.filter(pl.col("account_index") == purge.account_index)
    removed = purge.removed(world.cumulative[purge.metric][mine["post_index"].to_numpy()], mine["day"].to_numpy())
    return {
        "account_key": f"{account['platform']}:{account['account_name']}",
        "metric": CANONICAL[purge.metric],
        "date": str(world.scenario.day(purge.day)),
        "share": purge.share,
        "removed": int(removed.sum()),
        "posts": int((removed > 0).sum()),
    }


def _people(people: People, events: pl.DataFrame) -> dict[str, Any]:
    active = people.people.join(events.select("person").unique(), on="person", how="semi")
    return {
        "count": people.people.height,
        "in_log": active.height,
        "by_segment": {k: active.filter(pl.col("segment") == k).height for k in p.SEGMENTS},
        "user_ids": {k: active.filter(pl.col("segment") == k).sort("person")["user_id"].to_list() for k in p.SEGMENTS},
    }


def _events(events: pl.DataFrame) -> dict[str, Any]:
    by_type = events.group_by("event_type").agg(rows=pl.len(), people=pl.col("person").n_unique()).sort("event_type")
    return {
        "rows": events.height,
        "by_type": dict(by_type.select("event_type", "rows").iter_rows()),
        "people_by_type": dict(by_type.select("event_type", "people").iter_rows()),
        "by_channel": dict(events.group_by("channel").len().sort("channel").iter_rows()),
        "first_at": str(events["at"].min()),
        "last_at": str(events["at"].max()),
        "paid_amount": int(events.filter(pl.col("event_type") == "pay")["amount_fen"].sum()) / 100,
    }


def funnel(events: pl.DataFrame) -> dict[str, Any]:
    """People per step, in order, strictly later, within 7 days of the entry: per person's first impression and per person and day."""
    entries = events.filter(pl.col("event_type") == p.FUNNEL_STEPS[0]).sort("person", "second")
    by_day = entries.with_columns(date=pl.col("at").dt.date()).unique(["person", "date"], keep="first", maintain_order=True)
    return {
        "steps": list(p.FUNNEL_STEPS),
        "window_days": p.FUNNEL_WINDOW_DAYS,
        "by_person": _reached(events, entries.unique("person", keep="first", maintain_order=True)),
        "by_person_and_day": _reached(events, by_day),
    }


def _reached(events: pl.DataFrame, entries: pl.DataFrame) -> dict[str, int]:
    limit = p.FUNNEL_WINDOW_DAYS * 86400
    now = entries.select("person", entered=pl.col("second"), second=pl.col("second"))
    out = {p.FUNNEL_STEPS[0]: now.height}
    for step in p.FUNNEL_STEPS[1:]:
        here = events.filter(pl.col("event_type") == step).select("person", "second", reached=pl.col("second")).sort("second")
        now = (
            now.sort("second")
            .join_asof(here, on="second", by="person", strategy="forward", allow_exact_matches=False, check_sortedness=False)
            .filter(pl.col("reached") <= pl.col("entered") + limit)
            .select("person", "entered", second=pl.col("reached"))
        )
        out[step] = now.height
    return out


def _mall(world: World, people: People) -> dict[str, Any]:
    """The mall's orders as they stood at the end of the world."""
    now = world.scenario.all_days * 86400 - 600
    orders = people.orders.filter(pl.col("ordered") >= 0)
    paid = orders.filter(pl.col("paid") < now)
    refunded = paid.filter(pl.col("refunded") < now)
    whole = refunded.filter(~pl.col("partial"))
    return {
        "orders": orders.height,
        "lines": int(orders["lines"].sum()),
        "payable_amount": int(orders["amount_fen"].sum()) / 100,
        "paid_orders": paid.height,
        "paid_amount": int(paid["amount_fen"].sum()) / 100,
        "cancelled_orders": orders.filter((pl.col("paid") >= now) & (now - pl.col("ordered") > 86400)).height,
        "refunded_orders": whole.height,
        "partly_refunded_orders": refunded.height - whole.height,
        "coupon_orders": int(orders["coupon"].sum()),
        "buyers": orders["person"].n_unique(),
    }
