"""Labels of texts: classes, needs, people's word over the machine's, relevance, and inputs that are empty."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.analyses.text import categories, relevance
from pipelines.analyses.text.tables import ANALYSES
from tests.unit.analyses.text.worlds import LABELS, inputs, texts

NO_TYPES = inputs(texts([]))["crisis_types"]


def labels_of(written: list[str], **more: pl.DataFrame) -> pl.DataFrame:
    return ANALYSES[0].run(inputs(texts(written)) | more)["text_labels"]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("里面有虫子，太恶心了", "product_quality"), ("客服态度恶劣", "service"), ("偷偷涨价，再也不买了", "price_rules"),
        ("快递送错地址，太失望了", "logistics"), ("个人信息泄露了，太可怕", "privacy_security"), ("虚假宣传，骗子", "false_advertising"),
        ("主播嘲讽顾客，恶心", "staff_conduct"), ("无证经营，垃圾", "compliance"), ("听说喝了会致癌，太可怕了", "rumour"),
    ],
)  # fmt: skip
def test_a_negative_text_is_put_into_its_class(text: str, category: str) -> None:
    row = labels_of([text]).row(0, named=True)
    assert category in row["categories"] and row["sentiment"] in ("negative", "abstain")


def test_the_gravest_class_of_several_leads() -> None:
    row = labels_of(["客服态度恶劣，还泄露我的隐私，垃圾"]).row(0, named=True)
    assert row["category"] == "privacy_security" and row["severity_level"] == 5 and "service" in row["categories"]


def test_a_negative_text_that_no_rule_knows_goes_to_a_person() -> None:
    row = labels_of(["太失望了，气死我了"]).row(0, named=True)
    assert row["sentiment"] == "negative" and row["categories"] == [] and row["needs_human"]


def test_a_grave_word_in_a_neutral_text_goes_to_a_person() -> None:
    row = labels_of(["请问隐私政策在哪里看"]).row(0, named=True)
    assert row["sentiment"] == "abstain" and row["needs_human"]


def test_the_register_of_crisis_types_sets_severity_and_adds_words() -> None:
    types = pl.DataFrame(
        {"crisis_type": ["服务", "代言人"], "default_severity_level": [4, 5], "keywords": [["黑脸"], ["塌房"]]}, schema=NO_TYPES.schema
    )
    known = {c.key: c for c in categories.categories(types)}
    assert known["service"].severity == 4 and known["service"].crisis_type == "服务" and known["代言人"].severity == 5
    hit = categories.hits(pl.Series(["黑脸给谁看", "塌房了吧"]), list(known.values()))
    assert hit["service"].to_list() == [True, False] and hit["代言人"].to_list() == [False, True]


def test_words_of_the_register_are_words_and_no_patterns() -> None:
    types = pl.DataFrame({"crisis_type": ["x"], "default_severity_level": [None], "keywords": [["(a.c", " "]]}, schema=NO_TYPES.schema)
    own = next(c for c in categories.categories(types) if c.key == "x")
    assert own.severity == 3 and categories.hits(pl.Series(["(a.c", "abc", ""]), [own])["x"].to_list() == [True, False, False]


def test_needs_are_told() -> None:
    said = pl.Series(["怎么退货，谁能帮帮我", "这个多少钱", "气死我了，再也不来", "哈哈哈笑死", "已经回购三次了，推荐", "嗯"])
    tones = pl.Series(["negative", "neutral", "negative", "positive", "positive", "neutral"])
    assert categories.needs(said, tones).to_list() == ["help", "information", "venting", "entertainment", "recognition", "none"]


def test_a_persons_word_wins() -> None:
    said = pl.DataFrame(
        {
            "text_key": ["comment:000000", "comment:000001"], "text": ["太好喝了", "好"], "label": ["negative", "irrelevant"],
            "category": ["rumour", None], "need_label": ["help", None],
        },
        schema=LABELS,
    )  # fmt: skip
    rows = labels_of(["太好喝了", "好", "难喝"], labels=said).to_dicts()
    assert (rows[0]["sentiment"], rows[0]["categories"], rows[0]["need_label"], rows[0]["severity_level"]) == (
        "negative",
        ["rumour"],
        "help",
        4,
    )
    assert rows[0]["is_human_label"] and not rows[0]["needs_human"]
    assert not rows[1]["is_relevant"] and rows[1]["is_human_label"] and not rows[2]["is_human_label"]


def test_rules_are_measured_once_thirty_labels_exist() -> None:
    written = ["这个多少钱"] * 20 + ["哈哈哈笑死"] * 20
    frame = texts(written)
    said = frame.select("text_key", "text", label=pl.lit("neutral"), category=pl.lit(None, pl.String), need_label=pl.lit("information"))
    models = ANALYSES[0].run(inputs(frame, said))["text_models"]
    need = models.filter(pl.col("model") == "need").row(0, named=True)
    assert need["own_label_count"] == 40 and need["own_accuracy_rate"] == 0.5
    assert need["own_accuracy_low_rate"] < 0.5 < need["own_accuracy_high_rate"]
    sentiment = models.filter(pl.col("model") == "sentiment").row(0, named=True)
    assert sentiment["own_accuracy_rate"] is None and sentiment["transfer_accuracy_rate"] is not None


@pytest.mark.parametrize(
    ("keyword", "text", "meant"),
    [
        ("apple", "pineapple cake", False), ("apple", "my Apple watch", True), (None, "anything", True), ("青禾", "没有这个词", True),
        ("喜茶", "我最喜欢喜茶", True), ("心花", "开心花园", False),
    ],
)  # fmt: skip
def test_a_watch_word_inside_another_word_is_not_the_brand(keyword: str | None, text: str, meant: bool) -> None:
    assert relevance.is_relevant([keyword], [text]) == [meant]


@pytest.mark.parametrize("name", list(ANALYSES[0].reads))
def test_every_input_may_be_empty(name: str) -> None:
    frames = inputs(texts(["太好喝了", "难喝", "多少钱"]))
    found = ANALYSES[0].run(frames | {name: frames[name].clear()})
    assert found["text_labels"].height == (0 if name == "texts" else 3)
    assert found["topics"].is_empty() and found["text_terms"].is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    frame = texts(["太好喝了", "难喝", "多少钱", "客服不理人"])
    forward, backward = ANALYSES[0].run(inputs(frame)), ANALYSES[0].run(inputs(frame.reverse()))
    assert all(forward[name].equals(backward[name]) for name in forward)
