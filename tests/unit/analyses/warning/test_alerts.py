"""Early warning finds crises, stays silent in one's own sale, and keeps to its budget."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.warning import tables
from pipelines.analyses.warning.alerts import (
    DAILY,
    HOURLY,
    LEARNING_DAYS,
    alert_tables,
    confirmed_incidents,
    fill_steps,
    find_alerts,
)
from pipelines.analyses.warning.detector import budget_threshold, detect_single, first_of_each
from tests.truths import nab
from tests.unit.analyses.warning.streams import CRISIS_HOURS, START, texts, world

NAB = Path(__file__).parents[5] / "shared" / "data" / "nab"


def statements(crises: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "incident": [f"crisis {k}" for k in range(len(crises))],
            "occurred_at": [START + timedelta(hours=h) for h in crises],
            "timeline_type": ["detected"] * len(crises),
        },
        schema={"incident": pl.String, "occurred_at": pl.Datetime("us", "UTC"), "timeline_type": pl.String},
    )


def test_crises_are_found_and_a_sale_is_not_one() -> None:
    found, false, in_peak, delays = [], 0, 0, []
    for seed in range(3):
        counts, crises, (first, last) = world(seed)
        alerts = find_alerts(fill_steps(counts, HOURLY), HOURLY).filter("is_alert")
        hours = np.array([(at - START) / timedelta(hours=1) + 1 for at in alerts["started_at"]])
        of_crisis = np.zeros(len(hours), dtype=bool)
        for at in crises:
            mine = (hours >= at) & (hours < at + 24)
            of_crisis |= (hours >= at) & (hours < at + CRISIS_HOURS)
            found.append(mine.any())
            delays += [hours[mine].min() - at] if mine.any() else []
        inside = (hours >= first) & (hours < last + 24) & ~of_crisis
        in_peak += int(inside.sum())
        false += int((~of_crisis & ~inside).sum())
    weeks = 3 * (60 - LEARNING_DAYS) / 7
    assert np.mean(found) >= 0.9 and np.median(delays) <= 4
    assert false / weeks <= 0.5
    assert in_peak / 3 <= 0.5


def test_a_day_nobody_collected_is_no_fall_and_no_zero() -> None:
    counts, _, _ = world(1, days=30)
    gap = counts.filter((pl.col("at") < START + timedelta(days=10)) | (pl.col("at") >= START + timedelta(days=12)))
    filled = fill_steps(gap, HOURLY)
    inside = filled.filter(pl.col("at").is_between(START + timedelta(days=10), START + timedelta(days=12), closed="left"))
    assert inside["total"].null_count() == inside.height > 0


def test_a_platform_that_joins_later_is_a_note() -> None:
    counts, _, _ = world(2)
    late = counts.filter((pl.col("stream") != "p2") | (pl.col("at") >= START + timedelta(days=40)))
    notes = find_alerts(fill_steps(late, HOURLY), HOURLY).filter(pl.col("kind") == "collection_start")
    assert notes["platforms"].to_list() == [["p2"]] and not notes["is_alert"].any()


def test_alerts_are_measured_only_against_written_incidents() -> None:
    counts, crises, _ = world(3)
    labelled = texts(counts)
    found = alert_tables(labelled, statements(crises))
    assert found["alerts"].schema == pl.Schema(tables.ALERTS) and found["alert_scores"].schema == pl.Schema(tables.ALERT_SCORES)
    hourly = found["alert_scores"].filter(pl.col("frequency") == "hour").row(0, named=True)
    assert hourly["status"] == "measured" and hourly["incident_count"] == 4 and hourly["recall_rate"] >= 0.75
    surge = found["alerts"].filter(pl.col("kind") == "negative_surge").row(0, named=True)
    assert surge["top_category"] == "product_quality" and 1 <= len(surge["text_keys"]) <= 5
    alone = alert_tables(labelled, statements([]))["alert_scores"]
    assert alone["status"].to_list() == ["unconfirmed"] * 2 and alone["recall_rate"].null_count() == 2


def test_nothing_collected_says_nothing() -> None:
    counts, crises, _ = world(3, days=21)
    empty = alert_tables(texts(counts).clear(), statements(crises[:0]))
    assert empty["alerts"].is_empty() and empty["alert_scores"].is_empty()


def test_a_short_history_raises_no_alert() -> None:
    counts, _, _ = world(4, days=LEARNING_DAYS + 20)
    begun = counts.filter(pl.col("at") < START + timedelta(days=LEARNING_DAYS))
    for frequency in (HOURLY, DAILY):
        assert not find_alerts(fill_steps(begun, frequency), frequency)["is_alert"].any()


def test_row_order_does_not_matter() -> None:
    labelled = texts(world(5, days=30)[0])
    shuffled = labelled.sample(fraction=1.0, shuffle=True, seed=3)
    assert alert_tables(labelled, statements([]))["alerts"].equals(alert_tables(shuffled, statements([]))["alerts"])


def test_an_incident_without_an_end_lasts_three_days() -> None:
    row = confirmed_incidents(statements([10])).row(0, named=True)
    assert row["ends_at"] - row["starts_at"] == timedelta(hours=72)


def test_the_threshold_keeps_to_its_budget_on_noise() -> None:
    scores = np.random.default_rng(1).exponential(1.0, 168 * 40)
    threshold = budget_threshold(scores, 168, 1.0, learning=336, step=24)
    per_week = (scores > threshold)[336:].sum() / 38
    assert 0.5 < per_week < 1.6


def test_alerts_keep_their_distance() -> None:
    assert first_of_each(np.array([1, 1, 0, 0, 1, 0, 0, 0, 1], dtype=bool), 3).tolist() == [0, 4, 8]


def test_the_benchmarks_rule_on_a_file_one_can_check_by_hand() -> None:
    data = nab.Labelled("x", np.arange(1000), np.zeros(1000), [(500, 599)])
    nothing, early, late, false = (np.zeros(1000, dtype=bool) for _ in range(4))
    early[500], late[599], false[300] = True, True, True
    assert nab.score([(data, nothing)]) == 0
    assert nab.score([(data, early)]) == pytest.approx(100, abs=0.1)
    assert 50 < nab.score([(data, late)]) < 60
    assert nab.score([(data, early | false)]) == pytest.approx(100 - 100 * 0.11 / 2, abs=0.1)


@pytest.mark.skipif(not NAB.is_dir(), reason="the NAB files are not beside the repository")
def test_brand_tweets_score_above_sixty() -> None:
    files = [(data, detect_single(data.at, data.values)) for data in nab.series(NAB)]
    assert nab.score(files) >= 60
