"""People: who they are, what they do session by session, and how far they get on the way to paying."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate import calendar
from pipelines.simulate import parameters as p
from pipelines.simulate.world import Scenario, World

EVENT_ORDER = ("impression", "view", "click", "visit", "register", "like", "save", "comment", "share", "coupon", "order", "pay")
FAR = 2**60  # seconds: never


@dataclass(frozen=True)
class People:
    """`people` has one row per person, `events` one per event of the whole period, `orders` one per order of the mall."""

    people: pl.DataFrame
    events: pl.DataFrame
    orders: pl.DataFrame


def build_people(world: World) -> People:
    """Everyone, everything they did and every order they placed, over the whole period."""
    s = world.scenario
    people = _population(s)
    sessions = _sessions(s, people)
    steps = _funnel(s, people, sessions)
    events = pl.concat([*_step_events(sessions, steps), *_action_events(s, people, sessions)])
    orders = _orders(s, people, sessions, steps)
    events = events.join(orders.select("session", "order_id", "amount_fen", "coupon"), on="session", how="left")
    buying = pl.col("event_type").is_in(["order", "pay"])
    events = events.with_columns(
        order_id=pl.when(buying).then("order_id"), amount_fen=pl.when(buying).then("amount_fen"), coupon=pl.when(buying).then("coupon")
    )
    posts = _entry_posts(world, sessions)
    rank = pl.col("event_type").replace_strict({name: i for i, name in enumerate(EVENT_ORDER)})
    last_second = s.all_days * 86400 - 600
    events = (
        events.filter(pl.col("second") < last_second)
        .join(sessions.select("session", "person", "channel", "campaign", "platform", "opened"), on="session")
        .join(posts, on="session", how="left")
        .join(people.select("person", "user_id", "device", "device_id"), on="person")
        .sort("second", "person", rank)
    )
    registered = pl.DataFrame({"person": people["person"], "registered_second": steps["registered"]})
    return People(
        people.join(registered, on="person"), events.join(registered, on="person"), orders.filter(pl.col("ordered") < last_second)
    )


def _population(s: Scenario) -> pl.DataFrame:
    """Segments in fixed shares; a fifth of the people were there before the period, ever more arrive during it. People also leave."""
    rng = s.rng("people")
    n = max(round(s.truth.people * s.scale), 20)
    counts = np.diff(np.rint(np.cumsum([0, *(v.share for v in p.SEGMENTS.values())]) * n).astype(int))
    segment = rng.permutation(np.repeat(np.arange(len(p.SEGMENTS)), counts))
    during = p.BURN_IN_DAYS + np.floor((s.days - 1) * rng.random(n) ** 0.45).astype(int)
    arrives = np.where(rng.random(n) < 0.2, p.BURN_IN_DAYS, during)
    life = rng.exponential(np.array([v.lifetime_days for v in p.SEGMENTS.values()])[segment])
    # Whoever was there before has already survived: leaving is memoryless, so the same draw holds from the first day on.
    leaves = np.minimum(arrives + 1 + life, s.all_days)
    rate = np.array([v.sessions_per_day for v in p.SEGMENTS.values()])[segment] * np.exp(rng.normal(0, 0.45, n) - 0.45**2 / 2)
    hexes = np.array(list("0123456789abcdef"))[rng.integers(0, 16, (n, 16))]
    return pl.DataFrame(
        {
            "person": np.arange(n),
            "user_id": pl.Series(np.char.add("QH", (10_000_001 + 7 * np.arange(n)).astype(str))),
            "segment": np.array(list(p.SEGMENTS))[segment],
            "segment_index": segment,
            "arrives": arrives,
            "leaves": leaves,
            "rate": rate,
            "device": np.where(rng.random(n) < 0.45, "ios", "android"),  # means nothing: a planted null
            "device_id": pl.Series(np.ascontiguousarray(hexes).view("<U16")[:, 0]),
        }
    )


def _per_segment(field: str) -> np.ndarray:
    return np.array([getattr(v, field) for v in p.SEGMENTS.values()])


def _sessions(s: Scenario, people: pl.DataFrame) -> pl.DataFrame:
    """When people come by, through which channel, from which platform and campaign. `opened` is in seconds from the first day."""
    rng = s.rng("sessions")
    days = calendar.day_list(s.first_day, s.all_days)
    demand = np.concatenate([[0.0], np.cumsum(np.exp(0.5 * calendar.ordering(days)))])
    grid = np.arange(s.all_days + 1)
    low, high = (np.interp(people[c].to_numpy(), grid, demand) for c in ("arrives", "leaves"))
    number = np.maximum(rng.poisson(people["rate"].to_numpy() * (high - low)), 1)
    person = np.repeat(people["person"].to_numpy(), number)
    n = len(person)
    day = np.floor(np.interp(low[person] + rng.random(n) * (high - low)[person], demand, grid)).astype(int).clip(0, s.all_days - 1)
    hour = rng.choice(24, n, p=_hours())
    opened = day * 86400 + hour * 3600 + rng.integers(0, 3600, n)
    segment = people["segment_index"].to_numpy()[person]
    intent = s.rng("intent").normal(0, s.truth.intent_sd, n)
    mix = _per_segment("channels")[segment]
    mix[:, p.CHANNELS.index("search")] *= np.exp(1.2 * intent - 0.5)  # who wants to buy searches
    mix = np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1)
    channel = (rng.random(n)[:, None] > mix).sum(axis=1).clip(0, len(p.CHANNELS) - 1)
    platforms = [k for k in p.DEMO_PLATFORMS if k in s.platforms] or list(s.platforms)
    weight = np.array(next(iter(p.SEGMENTS.values())).platforms[: len(platforms)])
    source = rng.choice(len(platforms), n, p=weight / weight.sum())
    campaign = np.full(n, None, dtype=object)
    u, last = rng.random(n), s.all_days - 1
    for c in s.truth.campaigns:
        campaign[(day >= last - c.starts) & (day <= last - c.ends) & (u < 0.35) & (channel != 3)] = c.name
    return (
        pl.DataFrame(
            {
                "person": person,
                "opened": opened,
                "day": day,
                "channel_index": channel,
                "channel": np.array(p.CHANNELS)[channel],
                "platform": np.array(platforms)[source],
                "campaign": pl.Series(list(campaign), dtype=pl.String),
                "segment_index": segment,
                "intent": intent,
            }
        )
        .sort("person", "opened")
        .with_row_index("session")
    )


def _hours() -> np.ndarray:
    hours = np.arange(24)
    weight = 0.15 + np.exp(-0.5 * ((hours - 12.5) / 1.6) ** 2) + 1.5 * np.exp(-0.5 * ((hours - 20.5) / 2.2) ** 2)
    weight[1:7] *= 0.25
    return weight / weight.sum()


def _funnel(s: Scenario, people: pl.DataFrame, sessions: pl.DataFrame) -> dict[str, np.ndarray]:
    """Second at which each session reaches each step (FAR: never). Each step is strictly later than the one before it."""
    rng = s.rng("funnel")
    n, segment, person = sessions.height, sessions["segment_index"].to_numpy(), sessions["person"].to_numpy()
    opened = sessions["opened"].to_numpy()
    lift = np.array(s.truth.click_by_channel)[sessions["channel_index"].to_numpy()]
    intent = sessions["intent"].to_numpy()
    lift = lift + 0.3 * intent - 0.05
    campaign = sessions["campaign"].to_numpy()
    for c in s.truth.campaigns:
        lift = lift + c.click_effect * (campaign == c.name)

    def passes(field: str, log_lift: np.ndarray | float = 0.0) -> np.ndarray:
        return rng.random(n) < np.minimum(_per_segment(field)[segment] * np.exp(log_lift), 0.98)

    def later(seconds: float) -> np.ndarray:
        return 1 + np.rint(rng.exponential(seconds, n)).astype(np.int64)

    click = passes("click", lift)
    visit = click & passes("visit")
    clicked = opened + 1 + later(35)
    visited = clicked + later(8)
    wants = visit & passes("register")
    first = np.full(people.height, n)
    np.minimum.at(first, person[wants], np.flatnonzero(wants))  # sessions are in time order per person
    registers = np.zeros(n, dtype=bool)
    registers[first[first < n]] = True
    registered_here = visited + 14 + later(80)
    registered = np.full(people.height, FAR)
    registered[person[registers]] = registered_here[registers]
    days = calendar.day_list(s.first_day, s.all_days)
    demand = calendar.ordering(days)[sessions["day"].to_numpy()]
    order = visit & (registered[person] <= np.where(registers, registered_here, visited)) & passes("order", demand + 0.45 * intent - 0.1)
    thinks_it_over = rng.random(n) < 0.12
    wait = np.where(thinks_it_over, rng.exponential(3.5 * 86400, n), rng.lognormal(4.6, 0.9, n))
    ordered = np.where(registers, registered_here, visited) + 20 + np.rint(wait).astype(np.int64)
    pay = order & passes("pay")
    paid = ordered + 4 + later(45)
    return {
        "click": np.where(click, clicked, FAR),
        "visit": np.where(visit, visited, FAR),
        "register": np.where(registers, registered_here, FAR),
        "order": np.where(order, ordered, FAR),
        "pay": np.where(pay, paid, FAR),
        "registered": registered,
    }


def _step_events(sessions: pl.DataFrame, steps: dict[str, np.ndarray]) -> list[pl.DataFrame]:
    number, times = sessions["session"].to_numpy(), {"impression": sessions["opened"].to_numpy()} | steps
    frames = []
    for name in p.FUNNEL_STEPS:
        here = times[name] < FAR
        frames.append(_event_frame(name, number[here], times[name][here]))
    return frames


def _event_frame(event_type: str, session: np.ndarray, second: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "event_type": pl.repeat(event_type, len(session), eager=True),
            "session": session.astype(np.uint32),
            "second": second.astype(np.int64),
        }
    )


def _action_events(s: Scenario, people: pl.DataFrame, sessions: pl.DataFrame) -> list[pl.DataFrame]:
    """Views, likes, comments, shares, saves and coupons of each session: Poisson with a person's own leaning (log-normal)."""
    rng = s.rng("actions")
    person, segment, opened = (sessions[c].to_numpy() for c in ("person", "segment_index", "opened"))
    frames = []
    for name in next(iter(p.SEGMENTS.values())).actions:
        mean = np.array([v.actions[name] for v in p.SEGMENTS.values()])[segment]
        leaning = np.exp(rng.normal(0, 0.35, people.height) - 0.35**2 / 2)
        number = rng.poisson(mean * leaning[person])
        session = np.repeat(np.arange(sessions.height), number)
        frames.append(_event_frame(name, session, opened[session] + rng.integers(2, 420, len(session))))
    return frames


def _orders(s: Scenario, people: pl.DataFrame, sessions: pl.DataFrame, steps: dict[str, np.ndarray]) -> pl.DataFrame:
    """One row per order of the mall, with its lines' products, quantities and money in fen."""
    rng = s.rng("orders")
    which = np.flatnonzero(steps["order"] < FAR)
    which = which[np.argsort(steps["order"][which], kind="stable")]
    n = len(which)
    segment = sessions["segment_index"].to_numpy()[which]
    lines = 1 + rng.binomial(2, 0.22, n)
    product = rng.choice(len(p.PRODUCTS), (n, 3), p=np.array([0.22, 0.16, 0.18, 0.08, 0.14, 0.06, 0.04, 0.12]))
    product[:, 1] = (product[:, 0] + 1 + product[:, 1] % 3) % len(p.PRODUCTS)  # an order's lines hold different products
    product[:, 2] = (product[:, 0] + 4 + product[:, 2] % 3) % len(p.PRODUCTS)
    used = np.arange(3) < lines[:, None]
    quantity = np.where(used, 1 + rng.poisson(0.3 * _per_segment("spend")[segment][:, None], (n, 3)), 0)
    price = np.array([x[3] for x in p.PRODUCTS])[product] * quantity
    coupon = rng.random(n) < _per_segment("coupon")[segment]
    merchant = np.where(coupon[:, None], price * rng.choice([10, 20, 30], n)[:, None] // 100, 0)
    platform = np.where((coupon & (rng.random(n) < 0.4))[:, None], price * 5 // 100, 0)
    payable = price - merchant - platform
    paid = steps["pay"][which]
    ordered = steps["order"][which]
    refund = (paid < FAR) & (rng.random(n) < np.where(segment == list(p.SEGMENTS).index("deal_hunter"), 0.11, 0.04))
    partial = refund & (rng.random(n) < 0.3) & (lines > 1)
    done = paid + 86400 * 3 + rng.integers(0, 86400 * 5, n)
    return pl.DataFrame(
        {
            "session": which.astype(np.uint32),
            "person": sessions["person"].to_numpy()[which],
            "ordered": ordered,
            "paid": paid,
            "completed": np.where((paid < FAR) & (~refund | partial), done, FAR),
            "refunded": np.where(refund, paid + 86400 + rng.integers(0, 86400 * 4, n), FAR),
            "partial": partial,
            "coupon": coupon,
            "lines": lines,
            "shipping_fen": np.where(payable.sum(axis=1) < 5000, 800, 0),
            "product": product,
            "quantity": quantity,
            "payable_fen": payable,
            "merchant_fen": merchant,
            "platform_fen": platform,
            "amount_fen": payable.sum(axis=1),
        }
    ).with_columns(
        order_id=pl.lit("QH") + moment(s, pl.col("ordered")).dt.strftime("%Y%m%d") + pl.int_range(pl.len()).cast(pl.String).str.zfill(7)
    )


def moment(s: Scenario, seconds: pl.Expr) -> pl.Expr:
    """Seconds from the first day as Beijing wall-clock time; FAR is NULL."""
    start = pl.lit(s.first_day).cast(pl.Datetime("us"))
    return pl.when(seconds < FAR).then(start + pl.duration(seconds=pl.when(seconds < FAR).then(seconds).otherwise(0)))


def _entry_posts(world: World, sessions: pl.DataFrame) -> pl.DataFrame:
    """The post a session came through, where the platform gives posts an id: the newest one of that platform's main account."""
    main = world.accounts.filter(pl.col("rank") == 0).select("account_index", "platform")
    posts = (
        world.posts.join(main, on=["account_index", "platform"])
        .with_columns(
            at=((pl.col("published_at") - pl.lit(world.scenario.first_day).cast(pl.Datetime("us"))).dt.total_seconds()),
            post_id=pl.when(pl.col("platform") == "weibo")
            .then(pl.col("post_number").cast(pl.String))
            .when(pl.col("platform") == "channels")
            .then(pl.lit("export/UzFfAgtgek") + pl.col("token")),
        )
        .sort("at")
    )
    return (
        sessions.select("session", "platform", pl.col("opened").alias("at"))
        .sort("at")
        .join_asof(posts.select("at", "platform", "post_id"), on="at", by="platform", strategy="backward", check_sortedness=False)
        .select("session", "post_id")
    )
