"""Attribution on known answers, by its laws, and where the truth is planted."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analyses.conversion.attribution import MODELS, attribution_tables, markov_removal, per_person, shapley_values
from pipelines.analyses.conversion.tables import ATTRIBUTION

START = dt.datetime(2026, 1, 1, 4, tzinfo=dt.UTC)
TOUCHES = {
    "person_key": pl.String, "path_number": pl.Int64, "touched_at": pl.Datetime("us", "UTC"), "touch_key": pl.String, "channel": pl.String,
    "converted_at": pl.Datetime("us", "UTC"), "is_window_complete": pl.Boolean,
}  # fmt: skip
ACTIVITY = {
    "person_key": pl.String, "business_date": pl.Date, "event_count": pl.Int64, "view_count": pl.Int64, "engagement_count": pl.Int64,
    "visit_count": pl.Int64, "pay_count": pl.Int64,
}  # fmt: skip
NO_ACTIVITY = pl.DataFrame(schema=ACTIVITY)
TUTORIAL = [("C1>C2>C3", True), ("C1", False), ("C2>C3", False)]
PUBLISHED = [("GA", True), ("GA", True), ("mail", True), ("GA>mail", True), ("GA", False)]


def touches(paths: list[tuple[str, bool]], step_days: float = 1.0) -> pl.DataFrame:
    """One person per path, a touch every step_days, the payment an hour after the last one."""
    rows = []
    for number, (path, converted) in enumerate(paths):
        stations = path.split(">")
        moments = [START + dt.timedelta(days=step_days * i) for i in range(len(stations))]
        paid = moments[-1] + dt.timedelta(hours=1) if converted else None
        rows += [
            (f"p{number:03d}", 1, at, f"{number:03d}-{i:02d}", c, paid, True)
            for i, (at, c) in enumerate(zip(moments, stations, strict=True))
        ]
    return pl.DataFrame(rows, schema=TOUCHES, orient="row")


def shares(paths: list[tuple[str, bool]], model: str, **how: float) -> dict[str, float]:
    rows = attribution_tables(touches(paths, **how), NO_ACTIVITY)["attribution"].filter(pl.col("model") == model)
    return dict(zip(rows["channel"], rows["share_rate"], strict=True))


@pytest.mark.parametrize(
    ("paths", "probability", "removal", "share"),
    [(TUTORIAL, 1 / 3, [0.5, 1, 1], [0.2, 0.4, 0.4]), (PUBLISHED, 0.8, [0.75, 0.5], [0.6, 0.4])],
)
def test_markov_gives_the_published_answers(paths: list, probability: float, removal: list[float], share: list[float]) -> None:
    people = per_person(touches(paths))
    c = len(people.channels)
    found, whole = markov_removal(people.moves.sum(axis=0).reshape(1, c + 1, c + 2))
    assert whole[0] == pytest.approx(probability, abs=1e-12)
    assert found[0] == pytest.approx(removal, abs=1e-12)
    assert list(shares(paths, "markov").values()) == pytest.approx(share, abs=1e-12)


def test_each_model_shares_a_path_by_its_rule() -> None:
    path = [("a>b>c>d", True)]
    assert shares(path, "last") == {"a": 0, "b": 0, "c": 0, "d": 1} and shares(path, "first") == {"a": 1, "b": 0, "c": 0, "d": 0}
    assert list(shares(path, "linear").values()) == [0.25] * 4
    assert list(shares(path, "position").values()) == pytest.approx([0.4, 0.1, 0.1, 0.4])
    assert list(shares([("a>b", True)], "position").values()) == [0.5, 0.5] and shares([("a", True)], "position") == {"a": 1.0}
    assert list(shares([("a>b", True)], "time_decay", step_days=7.0).values()) == pytest.approx([1 / 3, 2 / 3])
    assert shares([("a>a>a>b", True)], "shapley") == {"a": 0.5, "b": 0.5}


PATHS = st.lists(st.tuples(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(">".join), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(paths=PATHS)
def test_shares_add_up_to_one_and_shapley_keeps_its_axioms(paths: list[tuple[str, bool]]) -> None:
    rows = attribution_tables(touches(paths), NO_ACTIVITY)["attribution"].filter(pl.col("is_descriptive"))
    conversions = sum(converted for _, converted in paths)
    for model in MODELS:
        part = rows.filter(pl.col("model") == model)
        assert part["conversion_count"].sum() == pytest.approx(conversions)
        assert part["share_rate"].null_count() == (0 if conversions else part.height)
        assert not conversions or part["share_rate"].sum() == pytest.approx(1)
    channels = sorted({c for path, _ in paths for c in path.split(">")})
    sets = [sum(1 << channels.index(c) for c in set(path.split(">"))) for path, converted in paths if converted]
    worth = np.array([float(sum(s & inside == s for s in sets)) for inside in range(2 ** len(channels))])
    shapley = rows.filter(pl.col("model") == "shapley").sort("channel")["conversion_count"].to_numpy()
    assert shapley == pytest.approx(shapley_values(worth))


def test_shapley_dummy_symmetry_and_efficiency() -> None:
    glove = np.array([0, 0, 0, 1, 0, 1, 0, 1], float)  # one left glove (player 0), two right ones
    assert shapley_values(glove) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert shapley_values(glove).sum() == pytest.approx(glove[-1])
    with_dummy = np.concatenate([glove, glove])  # a fourth player who changes nothing
    assert shapley_values(with_dummy) == pytest.approx([2 / 3, 1 / 6, 1 / 6, 0])
    assert shares([("a>b", True), ("idle", False)], "shapley") == {"a": 0.5, "b": 0.5, "idle": 0.0}


def test_one_channel_has_all_the_credit() -> None:
    for model in MODELS:
        assert shares([("only", True), ("only>only", False), ("only", True)], model) == {"only": pytest.approx(1)}


def test_open_windows_and_unknown_channels_are_left_out_and_order_does_not_matter() -> None:
    rows = touches(PUBLISHED)
    more = pl.concat([
        rows,
        touches([("GA", False)]).with_columns(pl.lit("open").alias("person_key"), pl.lit(False).alias("is_window_complete")),
        touches([("x", True)]).with_columns(pl.lit("new").alias("person_key"), pl.lit(None, pl.String).alias("channel")),
    ])  # fmt: skip
    expected = attribution_tables(rows, NO_ACTIVITY)["attribution"]
    found = attribution_tables(more.sample(fraction=1.0, shuffle=True, seed=1), NO_ACTIVITY)["attribution"]
    assert found.equals(expected) and found.schema == pl.Schema(ATTRIBUTION)


def test_too_few_conversions_are_no_increment() -> None:
    rows = attribution_tables(touches(PUBLISHED), NO_ACTIVITY)["attribution"].filter(pl.col("model") == "incremental")
    assert rows["status"].unique().to_list() == ["not_enough_evidence"] and rows["conversion_count"].null_count() == rows.height
    assert not rows["is_descriptive"].any() and set(rows["design_rung"]) == {"C"}


def world(people: int, days: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, float]]:
    """Hidden intent brings people to search and to paying; feed and kol add to paying for a week, search adds nothing."""
    rng = np.random.default_rng(seed)
    intent = rng.normal(0, 1, people)[:, None] + np.cumsum(rng.normal(0, 0.12, (people, days)), axis=1)
    shown = {"feed": rng.random((people, days)) < 0.05, "kol": rng.random((people, days)) < 0.04}
    recent = {}
    for channel, here in shown.items():
        total = np.cumsum(here, axis=1)
        before = np.zeros_like(total)
        before[:, 1:] = total[:, :-1]
        earlier = np.zeros_like(total)
        earlier[:, 8:] = total[:, :-8]
        recent[channel] = (before - earlier) > 0
    effects = {"feed": 1.1, "kol": 0.6}

    def chance(without: str = "") -> np.ndarray:
        lift = sum(size * recent[channel] for channel, size in effects.items() if channel != without)
        return 1 / (1 + np.exp(-(-5.6 + 0.9 * intent + lift)))

    paid = rng.random((people, days)) < chance()
    searched = (rng.random((people, days)) < 1 / (1 + np.exp(-(-4.2 + 1.2 * intent)))) | (paid & (rng.random((people, days)) < 0.7))
    views = rng.poisson(np.exp(np.clip(-0.5 + 0.8 * intent, -4, 2.5)))
    added = {channel: float((chance() - chance(channel)).sum()) for channel in effects}
    truth = {channel: value / sum(added.values()) for channel, value in added.items()} | {"search": 0.0}
    return _touch_rows(shown | {"search": searched}, paid), _activity_rows(views, paid, searched), truth


def _touch_rows(came: dict[str, np.ndarray], paid: np.ndarray) -> pl.DataFrame:
    """Touches at noon, payments two hours later; a touch leads to the next payment within 30 days."""
    days = paid.shape[1]
    following = np.full(paid.shape, 10**6)
    following[:, -1] = np.where(paid[:, -1], days - 1, 10**6)
    for day in range(days - 2, -1, -1):
        following[:, day] = np.where(paid[:, day], day, following[:, day + 1])
    frames = []
    for channel, here in came.items():
        person, day = np.nonzero(here)
        until = following[person, day]
        frames.append(pl.DataFrame({"person": person, "day": day, "until": np.where(until - day <= 30, until, -1), "channel": channel}))
    noon = pl.lit(START) + pl.duration(days=pl.col("day"))
    paid_at = pl.lit(START) + pl.duration(days=pl.col("until"), hours=2)
    has_paid = pl.col("until") >= 0
    return (
        pl.concat(frames)
        .with_columns(
            pl.format("p{}", "person").alias("person_key"),
            pl.when(has_paid).then("until").otherwise(pl.col("day") // 30 + 10_000).cast(pl.Int64).alias("path_number"),
            noon.cast(TOUCHES["touched_at"]).alias("touched_at"),
            pl.format("{}-{}-{}", "person", "day", "channel").alias("touch_key"),
            pl.when(has_paid).then(paid_at).cast(TOUCHES["converted_at"]).alias("converted_at"),
            (pl.col("day") + 30 <= days).alias("is_window_complete"),
        )
        .select(*TOUCHES)
    )


def _activity_rows(views: np.ndarray, paid: np.ndarray, searched: np.ndarray) -> pl.DataFrame:
    total = views + paid + searched
    person, day = np.nonzero(total)
    columns = {"event_count": total, "view_count": views, "engagement_count": 0 * views, "visit_count": searched, "pay_count": paid}
    rows = pl.DataFrame({"person": person, "day": day} | {name: grid[person, day].astype(int) for name, grid in columns.items()})
    date = (pl.lit(START.date()) + pl.duration(days=pl.col("day"))).cast(pl.Date).alias("business_date")
    return rows.with_columns(pl.format("p{}", "person").alias("person_key"), date).select(*ACTIVITY)


def test_a_channel_that_only_captures_demand_gets_less_from_the_incremental_estimate_than_from_the_last_touch() -> None:
    rows, activity, truth = world(people=2_500, days=120, seed=5)
    found = attribution_tables(rows, activity)["attribution"]
    error = {}
    for model in ("last", "linear", "incremental"):
        part = found.filter(pl.col("model") == model)
        share = dict(zip(part["channel"], part["share_rate"], strict=True))
        error[model] = (sum(abs(share[channel] - truth[channel]) for channel in truth), share["search"])
    assert error["incremental"][0] < 0.7 * error["last"][0] and error["incremental"][0] < error["linear"][0]
    assert error["incremental"][1] < 0.7 * error["last"][1]
    added = found.filter(pl.col("model") == "incremental")
    assert (added["conversion_low_number"] < added["conversion_count"]).all() and (
        added["conversion_count"] < added["conversion_high_number"]
    ).all()
