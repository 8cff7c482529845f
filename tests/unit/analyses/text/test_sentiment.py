"""The model of tone: what it learns from, what it says, and when it says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.analyses.text import sentiment
from pipelines.analyses.text.features import COLUMNS, lexicon_columns, normalise
from pipelines.analyses.text.training import bank
from tests.unit.analyses.text.worlds import own_labels


def test_the_bank_is_large_varied_and_always_the_same() -> None:
    built = bank.sentences()
    bank.sentences.cache_clear()
    assert bank.sentences() == built
    for language, least in (("zh", 1500), ("en", 500)):
        said = [s for s in built if s.language == language]
        assert len({s.text for s in said}) >= least
        assert {s.label for s in said} == set(bank.SENTIMENTS) and {s.fold for s in said} == set(range(bank.FOLDS))


def test_no_sentence_of_the_bank_has_an_open_blank() -> None:
    assert not [s.text for s in bank.sentences() if "{" in s.text]


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("太好喝了，强烈推荐！", "positive"), ("客服态度恶劣，退款拖了半个月", "negative"), ("杭州什么时候开店", "neutral"),
        ("虽然便宜，但是难喝死了", "negative"), ("Love it, best coffee ever!", "positive"), ("Terrible service, never again", "negative"),
        ("太棒了😍", "positive"), ("[怒][怒] 又漏了", "negative"),
    ],
)  # fmt: skip
def test_plain_cases_are_told(text: str, tone: str) -> None:
    model = sentiment.shipped()
    assert sentiment.decide(model.probabilities([text]), model.thresholds)[0] == tone


def test_a_negated_word_counts_the_other_way() -> None:
    plain, turned = lexicon_columns(["好喝", "并不好喝"])
    assert plain[COLUMNS.index("positive")] > 0 and turned[COLUMNS.index("positive")] == 0 and turned[COLUMNS.index("negative")] > 0


def test_emoji_are_words_and_can_be_left_out() -> None:
    assert normalise("好👍👍[赞]").split() == ["好", "👍", "👍", "[赞]"]
    assert normalise("好👍[赞]", emoji=False) == "好"


def test_links_and_names_are_no_words() -> None:
    assert normalise("看 https://t.cn/abc @小明: 不错").split() == ["看", "不错"]


def test_thresholds_reach_the_precision_they_promise() -> None:
    rng = np.random.default_rng(0)
    truth = rng.choice(sentiment.CLASSES, 3000).astype(object)
    noise = rng.dirichlet([1, 1, 1], 3000)
    right = np.array([[name == t for name in sentiment.CLASSES] for t in truth], dtype=float)
    probabilities = 0.45 * right + 0.55 * noise
    thresholds = sentiment.set_thresholds(probabilities, truth)
    decided = sentiment.decide(probabilities, thresholds)
    for name in sentiment.CLASSES:
        assert (truth[decided == name] == name).mean() >= sentiment.PRECISION - 1e-9


def test_a_class_that_is_never_right_is_never_said() -> None:
    truth = np.array(["neutral"] * 100, dtype=object)
    probabilities = np.tile([0.9, 0.05, 0.05], (100, 1))
    thresholds = sentiment.set_thresholds(probabilities, truth)
    assert thresholds[0] == sentiment.NEVER and set(sentiment.decide(probabilities, thresholds)) == {sentiment.ABSTAIN}


def test_negative_is_ninety_percent_precise_on_unseen_clauses() -> None:
    measured = sentiment.shipped().bank_measure
    assert measured.negative_precision is not None and measured.negative_precision >= 0.9 - 1e-9
    assert measured.accuracy is not None and measured.accuracy >= 0.75


def test_few_own_labels_measure_nothing_and_many_do() -> None:
    few, many = own_labels(40), own_labels(330)
    small = sentiment.train(few["text"].to_list(), few["label"].to_list())
    assert small.own_measure is None and not small.is_own and small.own_count == few.height
    large = sentiment.train(many["text"].to_list(), many["label"].to_list())
    assert large.is_own and large.own_measure is not None and large.own_measure.n == many.height
    assert large.own_measure.accuracy is not None and large.own_measure.accuracy > 0.7
    assert large.version != small.version != sentiment.shipped().version


def test_the_order_of_own_labels_does_not_matter() -> None:
    rows = own_labels(30)
    texts, labels = rows["text"].to_list(), rows["label"].to_list()
    asked = ["味道有点淡", "客服回复太慢了"]
    first, second = sentiment.train(texts, labels), sentiment.train(texts[::-1], labels[::-1])
    assert first.version == second.version
    assert np.array_equal(first.probabilities(asked), second.probabilities(asked))


def test_nothing_to_judge_is_no_error() -> None:
    assert sentiment.shipped().probabilities([]).shape == (0, 3)
    assert sentiment.measure(np.zeros((0, 3)), []).accuracy is None
