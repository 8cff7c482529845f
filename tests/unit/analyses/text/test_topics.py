"""Topics that are found again, kept from run to run, and what rises."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from pipelines.analyses.statistics import benjamini_hochberg
from pipelines.analyses.text import topics as finder
from pipelines.analyses.text.tables import ANALYSES
from pipelines.analyses.text.topic_weeks import _one_sided, recall, remember
from tests.unit.analyses.text.worlds import LAST, THEMES, inputs, texts, themed


def test_planted_themes_are_found_and_every_text_is_given_its_own() -> None:
    found = ANALYSES[0].run(inputs(themed(900)))
    top = found["topics"].unique("topic_key")["top_terms"].to_list()
    assert all(any(len(set(theme) & set(terms)) >= 6 for terms in top) for theme in THEMES)
    assert found["text_labels"]["topic_key"].null_count() < 45


def test_topics_are_frozen_within_a_month_and_keep_their_keys_after() -> None:
    first = ANALYSES[0].run(inputs(themed(900)))
    again = ANALYSES[0].run(inputs(themed(900, seed=5), memory=first["topic_terms"]))
    assert again["topic_terms"].equals(first["topic_terms"])
    later = themed(900, seed=7).with_columns(pl.col("business_date") + pl.duration(days=30))
    refitted = ANALYSES[0].run(inputs(later, memory=first["topic_terms"]))["topic_terms"]
    assert refitted.filter("is_current")["fitted_date"].unique().to_list() == [LAST + dt.timedelta(days=30)]

    def theme_of(memory: pl.DataFrame) -> dict[str, set[str]]:
        heaviest = memory.filter("is_current").sort("weight", descending=True).group_by("topic_key").head(6)
        return {key[0]: set(rows["term"]) for key, rows in heaviest.group_by("topic_key")}  # type: ignore[misc]

    before, after = theme_of(first["topic_terms"]), theme_of(refitted)
    assert len(before.keys() & after.keys()) >= 3
    kept = [key for key in before if key in after and any(len(before[key] & set(t)) >= 5 for t in THEMES)]
    for key in kept:
        theme = max(THEMES, key=lambda t: len(before[key] & set(t)))
        assert len(after[key] & set(theme)) >= 3, key


def test_random_words_have_no_topics() -> None:
    rng = np.random.default_rng(1)
    words = [a + b for a in "山水风云花鸟鱼虫松竹" for b in "东西南北春夏秋冬金木"]
    written = [" ".join(rng.choice(words, 5, replace=False)) for _ in range(600)]
    found = ANALYSES[0].run(inputs(texts(written)))
    assert found["topics"].is_empty() and found["text_labels"]["topic_key"].null_count() == 600


def test_a_surge_rises_and_the_others_do_not() -> None:
    found = ANALYSES[0].run(inputs(themed(1500, surge=1)))
    week = found["topics"].filter(pl.col("week_start_date") == LAST - dt.timedelta(days=6))
    rising = week.filter("is_rising")["top_terms"].to_list()
    assert rising and all(len(set(terms) & set(THEMES[1])) >= 3 for terms in rising)
    terms = found["text_terms"].filter("is_rising")["term"].to_list()
    assert terms and set(terms) <= set(THEMES[1])


def test_without_change_false_discoveries_stay_rare() -> None:
    rng = np.random.default_rng(2)
    rates = rng.dirichlet(np.ones(200))
    false = 0
    for _ in range(100):
        now, before = rng.multinomial(300, rates).astype(float), rng.multinomial(2400, rates).astype(float)
        q = benjamini_hochberg(_one_sided(finder.rising(now, before)))
        false += bool((q <= 0.10).any())
    assert false <= 15


def test_repeats_of_one_author_are_one_voice() -> None:
    base = themed(900)
    spam = texts(
        ["珍珠 芋圆 奶盖 茶底"] * 200,
        text_key=[f"s{i}" for i in range(200)],
        author_key=["bot"] * 200,
        business_date=[LAST] * 200,
    )
    found = ANALYSES[0].run(inputs(pl.concat([base, spam])))
    assert not found["text_terms"].filter("is_rising")["term"].is_in(THEMES[2]).any()


def test_too_few_texts_before_say_nothing() -> None:
    frame = themed(400).with_columns(business_date=pl.lit(LAST))
    found = ANALYSES[0].run(inputs(frame))
    assert found["topics"]["log_odds_z"].null_count() == found["topics"].height
    assert not found["topics"]["is_rising"].any() and found["text_terms"].is_empty()


def test_own_words_stay_whole_and_stop_words_go() -> None:
    assert "青禾茶饮" in finder.words_of(["我们的青禾茶饮真的很好"], ["青禾茶饮"])[0]
    assert finder.words_of(["我们的是"])[0] == []


def test_the_memory_gives_back_the_topics_it_was_made_of() -> None:
    frame = themed(600)
    documents = finder.words_of(frame["text"].to_list())
    memory = remember(frame, documents, inputs(frame)["topic_terms"], LAST)
    keys, found = recall(memory)
    assert found is not None and len(keys) == len(found.weights) and keys == sorted(keys)
    assert found.stability >= finder.STABILITY_NEEDED
