"""How the method does on public sets that nobody of this project wrote. Nothing of them is ever trained on for shipping."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.analyses.text import sentiment

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
pytestmark = [pytest.mark.skipif(not DATA.exists(), reason="the folder with real texts is not on this machine"), pytest.mark.slow]
TONES = np.array(["negative", "positive"], dtype=object)


def reviews() -> tuple[list[str], list[str]]:
    rows = pl.read_csv(DATA / "waimai_10k" / "waimai_10k.csv")
    return rows["review"].to_list(), TONES[rows["label"].to_numpy()].tolist()


def posts() -> tuple[list[str], list[str]]:
    lines = (DATA / "weibo2018_senti" / "train.txt").read_text(encoding="utf-8").splitlines()
    parts = [line.split(",", 2) for line in lines if line.count(",") >= 2]
    known = [(text, TONES[int(label)]) for _, label, text in parts if label in ("0", "1")]
    order = np.random.default_rng(0).permutation(len(known))
    return [known[i][0] for i in order], [known[i][1] for i in order]


def test_reviews_are_told_by_cross_validation() -> None:
    texts, labels = reviews()
    measured = sentiment.measure(sentiment.cross_validated(texts, labels), labels)
    assert measured.accuracy is not None and measured.accuracy >= 0.89


def test_posts_are_told_on_a_held_out_part() -> None:
    texts, labels = posts()
    measured = sentiment.held_out(texts[500:], labels[500:], texts[:500], labels[:500])
    assert measured.accuracy is not None and measured.accuracy >= 0.84


def test_the_shipped_model_carries_over_to_reviews_it_has_not_seen() -> None:
    texts, labels = reviews()
    model = sentiment.shipped()
    found = model.probabilities(texts)
    right = (found[:, 2] > found[:, 0]) == (np.array(labels) == "positive")
    assert right.mean() >= 0.83
    decided, truth = sentiment.decide(found, model.thresholds), np.array(labels)
    assert (truth[decided == "negative"] == "negative").mean() >= 0.88
