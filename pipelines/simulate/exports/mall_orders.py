"""The mall's orders as a generic orders csv: one row per order line, four files of the year, the last one overlapping."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.simulate import dirt, files
from pipelines.simulate import parameters as p
from pipelines.simulate.ledger import Ledger
from pipelines.simulate.people import FAR, People, moment
from pipelines.simulate.world import World

HEADER = files.names(
    "order_id,order_line_id,ordered_at,paid_at,completed_at,status,refund_status,user_id,product_id,product_name,quantity,"
    "payable_amount,platform_discount_amount,merchant_discount_amount,shipping_amount,refunded_amount,currency,channel,campaign"
)
SPAN_DAYS, OVERLAP_DAYS = 92, 28


def order_lines(world: World, people: People, first: int, last: int) -> pl.DataFrame:
    """Lines of the orders placed in a window, as they stood at the end of its last day: what came later is not there yet."""
    now = (last + 1) * 86400 - 600
    orders = people.orders.filter(pl.col("ordered").is_between(first * 86400, now - 1)).with_columns(
        pl.when(pl.col(c) < now).then(pl.col(c)).otherwise(FAR).alias(c) for c in ("paid", "completed", "refunded")
    )
    slots = []
    for slot in range(3):
        line = orders.filter(pl.col("lines") > slot).with_columns(
            pl.col(c).arr.get(slot) for c in ("product", "quantity", "payable_fen", "merchant_fen", "platform_fen")
        )
        slots.append(line.with_columns(line_number=pl.lit(slot + 1), shipping_fen=pl.when(slot == 0).then("shipping_fen").otherwise(0)))
    waiting, paid, done, gone = pl.col("paid") >= FAR, pl.col("paid") < FAR, pl.col("completed") < FAR, pl.col("refunded") < FAR
    refunded_line = gone & (~pl.col("partial") | (pl.col("line_number") == pl.col("lines")))
    table = pl.concat(slots).sort("ordered", "order_id", "line_number")
    catalogue = np.array([(a, f"{b} {c}") for a, b, c, _ in p.PRODUCTS])
    product = table["product"].to_numpy()
    sessions = people.events.select("session", "channel", "campaign").unique("session")
    stamp = "%Y-%m-%d %H:%M:%S"
    return (
        table.with_columns(
            order_line_id=pl.col("order_id") + "-" + pl.col("line_number").cast(pl.String),
            product_id=pl.Series(catalogue[product, 0]),
            product_name=pl.Series(catalogue[product, 1]),
            status=pl.when(waiting & (now - pl.col("ordered") > 86400))
            .then(pl.lit("cancelled"))
            .when(waiting)
            .then(pl.lit("pending"))
            .when(done)
            .then(pl.lit("completed"))
            .when(now - pl.col("paid") > 86400)
            .then(pl.lit("shipped"))
            .otherwise(pl.lit("paid")),
            refund_status=pl.when(refunded_line).then(pl.lit("refunded")).otherwise(pl.lit("none")),
            refunded_fen=pl.when(refunded_line & paid).then("payable_fen").otherwise(0),
            currency=pl.lit("CNY"),
            **{f"{c}_at": moment(world.scenario, pl.col(c)).dt.strftime(stamp) for c in ("ordered", "paid", "completed")},
        )
        .join(people.people.select("person", "user_id"), on="person", maintain_order="left")
        .join(sessions, on="session", how="left", maintain_order="left")
    )


def write(world: World, people: People, ledger: Ledger) -> None:
    """Write the order exports of the brand's own shop."""
    last = world.scenario.all_days - 1
    ends = list(range(last, p.BURN_IN_DAYS - 1, -SPAN_DAYS))[::-1]
    for end in ends:
        first = max(end - SPAN_DAYS + 1 - (OVERLAP_DAYS if end == last else 0), 0)
        lines_table = order_lines(world, people, first, end)
        money = {
            "payable_amount": "payable_fen",
            "platform_discount_amount": "platform_fen",
            "merchant_discount_amount": "merchant_fen",
            "shipping_amount": "shipping_fen",
            "refunded_amount": "refunded_fen",
        }
        table = lines_table.with_columns(files.money_text(v).alias(k) for k, v in money.items()).select(HEADER)
        lines = files.csv_lines(table)
        total = f"{lines_table['payable_fen'].sum() / 100:.2f}"
        planted = dirt.orders(lines, total) if ledger.dirt and end == last else dirt.Planted(lines)
        a, b = (world.scenario.day(d).strftime("%Y%m%d") for d in (first, end))
        ledger.write(
            p.MALL,
            f"orders_{a}_{b}.csv",
            files.text_bytes(planted.lines, bom=True),
            ledger.capture(end, "mall orders"),
            kind="shop.orders",
            platform="shop",
            entity="orders",
            rows=table.height,
            rows_written=table.height + planted.extra,
            orders=lines_table["order_id"].n_unique(),
            dirt=planted.facts,
            first_date=str(world.scenario.day(first)),
            last_date=str(world.scenario.day(end)),
        )
