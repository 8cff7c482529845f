"""The site's behaviour log as a generic events csv (the default), as 神策 JSON lines or as GA4 JSON lines; 30 days per file."""

from __future__ import annotations

import polars as pl

from pipelines.simulate import dirt, files
from pipelines.simulate import parameters as p
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.people import People, moment
from pipelines.simulate.world import World

HEADER = files.names(
    "event_id,event_type,occurred_at,user_id,session_id,channel,campaign,platform,post_id,item_id,order_id,amount,currency,page,properties"
)
DAYS_PER_FILE = 30
PAGES = {
    "click": "/landing",
    "visit": "/home",
    "view": "/post",
    "coupon": "/coupon",
    "register": "/register",
    "order": "/cart",
    "pay": "/checkout",
}


def log(world: World, people: People) -> pl.DataFrame:
    """The events that are still kept (the last 120 days), in time order, with an id, the wall-clock time and the epoch in ms."""
    s = world.scenario
    first = max(s.all_days - p.EVENT_DAYS, p.BURN_IN_DAYS) * 86400
    at = moment(s, pl.col("second"))
    return (
        people.events.filter(pl.col("second") >= first)
        .with_row_index("number")
        .with_columns(
            at=at,
            epoch_ms=at.dt.replace_time_zone("Asia/Shanghai").dt.epoch("ms"),
            event_id=pl.lit("e") + (pl.col("number") + 1).cast(pl.String).str.zfill(9),
            session_id=pl.lit("s") + pl.col("session").cast(pl.String),
            item_id=pl.when(pl.col("event_type").is_in(["view", "save"])).then(
                pl.lit("P100") + (pl.col("session") % len(p.PRODUCTS) + 1).cast(pl.String)
            ),
            amount=pl.col("amount_fen") / 100,
            page=pl.col("event_type").replace_strict(PAGES, default=None),
        )
    )


def write(world: World, people: People, ledger: Ledger, style: str) -> None:
    """All files of the log in one style: csv, sensors or ga4."""
    events = log(world, people)
    lines_of = {"csv": _csv, "sensors": _sensors, "ga4": _ga4}[style]
    last = world.scenario.all_days - 1
    spans = [(max(end - DAYS_PER_FILE + 1, p.BURN_IN_DAYS), end) for end in range(last, last - p.EVENT_DAYS, -DAYS_PER_FILE)]
    for first, end in [span for span in reversed(spans) if span[1] >= p.BURN_IN_DAYS]:
        part = events.filter(pl.col("second").is_between(first * 86400, (end + 1) * 86400 - 1))
        lines, extra = lines_of(part, people, world)
        planted = dirt.events(lines) if ledger.dirt and style == "csv" and end == last else dirt.Planted(lines)
        a, b = (world.scenario.day(d).strftime("%Y%m%d") for d in (first, end))
        ledger.write(
            p.SITE_ACCOUNT,
            f"events_{a}_{b}.{'csv' if style == 'csv' else 'jsonl'}",
            files.text_bytes(planted.lines),
            ledger.capture(end, "events"),
            kind={"csv": "web.events"}.get(style, f"web.{style}"),
            platform="web",
            entity="events",
            rows=part.height,
            rows_written=part.height + extra + planted.extra,
            people_rows=extra,
            dirt=planted.facts,
            first_date=str(world.scenario.day(first)),
            last_date=str(world.scenario.day(end)),
        )


def _csv(part: pl.DataFrame, people: People, world: World) -> tuple[list[str], int]:
    coupon = (pl.lit(',"coupon":') + pl.col("coupon").cast(pl.String)).fill_null("")
    table = part.with_columns(
        occurred_at=pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S+08:00"),
        amount=files.money_text("amount_fen"),
        currency=pl.when(pl.col("amount_fen").is_not_null()).then(pl.lit("CNY")),
        properties=pl.lit('{"device":"') + pl.col("device") + pl.lit('"') + coupon + pl.lit("}"),
    ).select(HEADER)
    return files.csv_lines(table), 0


def _sensors(part: pl.DataFrame, people: People, world: World) -> tuple[list[str], int]:
    """One JSON per line. Before registering a person is a device; track_signup joins the two, profile_set describes the person."""
    known = pl.col("second") >= pl.col("registered_second")
    events = part.with_columns(
        distinct_id=pl.when(known).then(pl.col("user_id")).otherwise(pl.col("device_id")),
        event_name=pl.when(pl.col("event_type") == "visit").then(pl.lit("$pageview")).otherwise(pl.col("event_type")),
    )
    tracked = events.select(
        "epoch_ms",
        order=pl.lit(1),
        line=_object(
            {
                "distinct_id": pl.col("distinct_id"),
                "time": pl.col("epoch_ms") + pl.col("number") % 1000,
                "type": pl.lit("track"),
                "event": pl.col("event_name"),
                "project": pl.lit("qinghe"),
                "_track_id": pl.col("number"),
            },
            {
                "$is_login_id": known,
                "$os": pl.col("device"),
                "$url_path": pl.col("page"),
                "channel": pl.col("channel"),
                "$utm_source": pl.col("platform"),
                "$utm_campaign": pl.col("campaign"),
                "session_id": pl.col("session_id"),
                "post_id": pl.col("post_id"),
                "product_id": pl.col("item_id"),
                "order_id": pl.col("order_id"),
                "amount": pl.col("amount"),
                "coupon": pl.col("coupon"),
            },
        ),
    )
    signed = part.filter(pl.col("event_type") == "register")
    head = {"distinct_id": pl.col("user_id"), "time": pl.col("epoch_ms") + pl.col("number") % 1000}
    joined = signed.select(
        "epoch_ms",
        order=pl.lit(0),
        line=_object(
            {
                **head,
                "type": pl.lit("track_signup"),
                "event": pl.lit("$SignUp"),
                "original_id": pl.col("device_id"),
                "project": pl.lit("qinghe"),
            },
            {"$os": pl.col("device")},
        ),
    )
    profiles = signed.select(
        "epoch_ms",
        order=pl.lit(2),
        line=_object(
            {**head, "type": pl.lit("profile_set"), "project": pl.lit("qinghe")},
            {"$os": pl.col("device"), "first_channel": pl.col("channel")},
        ),
    )
    lines = pl.concat([tracked, joined, profiles]).sort("epoch_ms", "order", maintain_order=True)["line"].to_list()
    return lines, 2 * signed.height


def _ga4(part: pl.DataFrame, people: People, world: World) -> tuple[list[str], int]:
    """One BigQuery export row per line: parameters as key/value pairs, time in microseconds UTC."""
    known = pl.col("second") >= pl.col("registered_second")
    texts = {
        "page_location": "page",
        "source": "platform",
        "medium": "channel",
        "campaign": "campaign",
        "post_id": "post_id",
        "item_id": "item_id",
        "transaction_id": "order_id",
    }
    pairs = [_param(key, "string_value", _text(pl.col(column))) for key, column in texts.items()]
    pairs = [
        _param("ga_session_id", "int_value", pl.lit('"') + pl.col("session").cast(pl.String) + pl.lit('"')),
        _param("value", "double_value", pl.col("amount").cast(pl.String)),
        *pairs,
    ]
    name = pl.col("event_type").replace({"pay": "purchase", "order": "begin_checkout", "register": "sign_up"})
    line = (
        pl.lit('{"event_date":"')
        + pl.col("at").dt.strftime("%Y%m%d")
        + pl.lit('","event_timestamp":"')
        + (pl.col("epoch_ms") * 1000 + pl.col("number") % 1_000_000).cast(pl.String)
        + pl.lit('","event_name":"')
        + name
        + pl.lit('","event_params":[')
        + pl.concat_str(pairs, ignore_nulls=True).str.strip_chars_end(",")
        + pl.lit("],")
        + pl.when(known).then(pl.lit('"user_id":"') + pl.col("user_id") + pl.lit('",')).otherwise(pl.lit(""))
        + pl.lit('"user_pseudo_id":"')
        + pl.col("device_id")
        + pl.lit('","device":{"operating_system":"')
        + pl.col("device")
        + pl.lit('"},')
        + pl.lit('"traffic_source":{"source":"')
        + pl.col("platform")
        + pl.lit('","medium":"')
        + pl.col("channel")
        + pl.lit('","name":')
        + _text(pl.col("campaign")).fill_null("null")
        + pl.lit('},"platform":"WEB","batch_event_index":')
        + pl.col("number").cast(pl.String)
        + pl.lit("}")
    )
    return part.select(line.alias("line"))["line"].to_list(), 0


def _param(key: str, kind: str, value: pl.Expr) -> pl.Expr:
    """One event parameter with a trailing comma; NULL where the event has no such value."""
    return pl.lit(f'{{"key":"{key}","value":{{"{kind}":') + value + pl.lit("}},")


def _text(value: pl.Expr) -> pl.Expr:
    return pl.lit('"') + value.cast(pl.String).str.replace_all('"', '\\"', literal=True) + pl.lit('"')


def _object(fields: dict[str, pl.Expr], properties: dict[str, pl.Expr]) -> pl.Expr:
    """A JSON object whose absent fields are left out, as the SDKs do."""
    numeric = {"time", "_track_id", "amount", "coupon", "$is_login_id"}

    def pairs(of: dict[str, pl.Expr]) -> list[pl.Expr]:
        return [pl.lit(f'"{k}":') + (v.cast(pl.String) if k in numeric else _text(v)) + pl.lit(",") for k, v in of.items()]

    inner = pl.concat_str(pairs(properties), ignore_nulls=True).str.strip_chars_end(",")
    return pl.lit("{") + pl.concat_str(pairs(fields), ignore_nulls=True) + pl.lit('"properties":{') + inner + pl.lit("}}")
