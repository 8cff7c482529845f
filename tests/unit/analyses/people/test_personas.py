"""Personas: shares with what they rest on, and gaps said aloud."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipelines.analyses.people.personas import EXPECTED, persona_tables
from pipelines.analyses.people.tables import ANALYSES, PERSONAS

ANSWERS = {
    "answer_key": pl.String, "question_key": pl.String, "question": pl.String, "person_key": pl.String, "answer_number": pl.Float64,
    "answer_options": pl.List(pl.String), "answer_state": pl.String, "nps_group": pl.String,
}  # fmt: skip
N = 200


def _inputs() -> dict[str, pl.DataFrame]:
    people = [f"p{i:03d}" for i in range(N)]
    genders = [(p, "basic", "gender", "female" if i % 4 else "male", 1.0, "profiles") for i, p in enumerate(people) if i < 160]
    liked = [(p, "interests", "topic", topic, weight, "events") for p in people for topic, weight in (("tea", 3.0), ("cups", 1.0))]
    schema = {
        "person_key": pl.String,
        "dimension": pl.String,
        "attribute": pl.String,
        "value": pl.String,
        "weight": pl.Float64,
        "source": pl.String,
    }
    surveys = [
        (f"n{i}", "q1", "您愿意推荐我们吗", people[i], 10.0, None, "answered", "promoter" if i < 40 else "detractor") for i in range(60)
    ]
    surveys += [(f"s{i}", "q2", "您对服务满意吗", None, float(3 + i % 3), None, "answered", None) for i in range(60)]
    surveys += [(f"w{i}", "q3", "您最需要什么", None, None, ["折扣"] if i % 2 else ["折扣", "教程"], "answered", None) for i in range(60)]
    surveys += [("b1", "q2", "您对服务满意吗", people[0], None, None, "blank", None)]
    segments = ["s01" if i < 100 else "s02" if i < 180 else "s03" for i in range(N)]
    labels = ["venting", "recognition", "venting"]
    return {
        "attributes": pl.DataFrame(genders + liked, schema=schema, orient="row"),
        "segments": pl.DataFrame({"person_key": people, "segment_key": segments}),
        "needs": pl.DataFrame({"author_key": ["p000", "p000", "stranger"], "need_label": labels, "text_count": [1, 3, 2]}),
        "audiences": pl.DataFrame(
            {
                "platform": ["w", "w", "w"], "account_key": ["w:a", "w:a", "w:b"], "attribute": ["gender"] * 3,
                "value": ["male", "female", "male"],
                "people_count": [10, 30, 60], "share_rate": [0.25, 0.75, 1.0], "observed_date": [dt.date(2026, 1, 1)] * 3,
            }
        ),
        "answers": pl.DataFrame(surveys, schema=ANSWERS, orient="row"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def personas() -> pl.DataFrame:
    return persona_tables(**_inputs())["personas"]


def _one(rows: pl.DataFrame, **where: str) -> dict:
    return rows.filter(**where).row(0, named=True)


def test_shares_are_of_the_people_with_data_and_say_how_many(personas) -> None:
    row = _one(personas, segment_key="s02", attribute="gender", value="female")
    assert (row["covered_count"], row["segment_people_count"], row["coverage_rate"]) == (60, 80, 0.75)
    assert row["share_rate"] == 0.75 and row["share_low"] < 0.75 < row["share_high"]
    assert row["tgi"] == pytest.approx(100) and row["status"] == "known"


def test_a_person_counts_once_whatever_its_values(personas) -> None:
    shares = personas.filter(segment_key="s01", attribute="topic")
    assert dict(shares.select("value", "share_rate").rows()) == {"tea": 0.75, "cups": 0.25}
    assert set(shares["covered_count"]) == {100}


def test_few_people_get_no_index(personas) -> None:
    rows = personas.filter(segment_key="s03", attribute="topic")
    assert set(rows["status"]) == {"few_people"} and rows["tgi"].null_count() == rows.height


def test_every_expected_attribute_is_known_or_missing_never_silent(personas) -> None:
    for segment in ("s01", "s02", "s03", "all"):
        rows = personas.filter(segment_key=segment)
        assert set(rows.select("dimension", "attribute").unique().rows()) == {(d, a) for d, names in EXPECTED.items() for a in names}
    gap = _one(personas, segment_key="s03", attribute="gender")
    assert (gap["status"], gap["value"], gap["share_rate"], gap["covered_count"]) == ("missing", "-", None, 0)


def test_surveys_and_texts_of_unknown_people_are_the_audiences(personas) -> None:
    nps = _one(personas, segment_key="all", attribute="nps")
    assert nps["number"] == pytest.approx(100 * (40 - 20) / 60) and nps["number_low"] < nps["number"] < nps["number_high"]
    satisfaction = _one(personas, segment_key="audience", attribute="satisfaction")
    assert (satisfaction["number"], satisfaction["covered_count"]) == (pytest.approx(4.0), 60)
    assert _one(personas, segment_key="audience", attribute="survey_need", value="折扣")["share_rate"] == 0.75
    assert _one(personas, segment_key="audience", attribute="need_label", value="venting")["share_rate"] == pytest.approx((0.25 + 1) / 2)
    assert _one(personas, segment_key="s01", attribute="need_label", value="recognition")["share_rate"] == 0.75


def test_a_platforms_audience_is_weighted_by_the_size_of_its_accounts(personas) -> None:
    row = _one(personas, segment_key="audience", platform="w", attribute="gender", value="male")
    assert (row["share_rate"], row["covered_count"], row["source"]) == (pytest.approx(0.7), 100, "platforms")


def test_keys_are_unique_and_row_order_changes_nothing(personas) -> None:
    key = ["segment_key", "platform", "dimension", "attribute", "value"]
    assert not personas.select(key).is_duplicated().any()
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=3) for name, frame in _inputs().items()}
    assert persona_tables(**shuffled)["personas"].equals(personas)


@pytest.mark.parametrize("empty", ["attributes", "segments", "needs", "audiences", "answers", "all"])
def test_any_input_may_be_empty(empty: str) -> None:
    inputs = {name: frame.clear() if empty in (name, "all") else frame for name, frame in _inputs().items()}
    found = persona_tables(**inputs)["personas"]
    assert found.schema == pl.Schema(PERSONAS)
    assert (found.height == 0) == (empty == "all")
    assert next(a for a in ANALYSES if a.name == "personas").reads.keys() == inputs.keys()
