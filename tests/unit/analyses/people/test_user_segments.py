"""Segments on known groups, on none at all, and over time."""

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import adjusted_rand_score

from pipelines.analyses.people import tables as schemas
from pipelines.analyses.people.segment_clustering import Candidate, choose, fit_kmeans, has_groups
from pipelines.analyses.people.segment_names import name_segments, segment_lift
from pipelines.analyses.people.user_segments import FEATURES, METHODS, SegmentResult, match_ids, segment_people
from pipelines.analyses.statistics import one_thread
from tests.unit.analyses.worlds import people_table, planted_people


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="module")
def planted() -> tuple[pl.DataFrame, np.ndarray, SegmentResult]:
    people, kind = planted_people(1_200, seed=11)
    return people, kind, segment_people(people)


def test_iris_and_wine_give_the_known_figures() -> None:
    iris, wine = load_iris(), load_wine()
    model = fit_kmeans(iris.data, 3, seed=0, tries=10)
    assert adjusted_rand_score(iris.target, model.labels_) == pytest.approx(0.730, abs=0.001)
    assert model.inertia_ == pytest.approx(78.85, abs=0.01)
    scaled = (wine.data - wine.data.mean(axis=0)) / wine.data.std(axis=0)
    assert adjusted_rand_score(wine.target, fit_kmeans(wine.data, 3, seed=0, tries=10).labels_) == pytest.approx(0.371, abs=0.001)
    assert adjusted_rand_score(wine.target, fit_kmeans(scaled, 3, seed=0, tries=10).labels_) == pytest.approx(0.897, abs=0.001)


def test_the_gate_sees_groups_where_they_are() -> None:
    iris = load_iris().data
    rng = np.random.default_rng(3)
    assert has_groups((iris - iris.mean(axis=0)) / iris.std(axis=0), seed=0)
    correlated = rng.multivariate_normal(np.zeros(6), 0.5 + 0.5 * np.eye(6), 1_000)
    assert not has_groups(rng.normal(size=(1_000, 6)), seed=0)
    assert not has_groups(correlated, seed=0)
    skewed = np.log1p(np.exp(correlated).round())
    assert not has_groups((skewed - skewed.mean(axis=0)) / skewed.std(axis=0), seed=0)


@pytest.mark.parametrize("seed", [1, 2])
def test_structureless_people_are_one_group(seed: int) -> None:
    people, _ = planted_people(1_500, seed, mixed=False)
    result = segment_people(people)
    assert result.segments["segment_key"].unique().to_list() == ["all"]
    profile = result.profiles.row(0, named=True)
    assert (profile["method"], profile["has_structure"], profile["k"]) == ("one_group_no_structure", False, 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_segments_are_recovered(seed: int) -> None:
    people, kind = planted_people(1_500, seed, own_level=0.3)
    result = segment_people(people)
    assert adjusted_rand_score(kind, result.segments["segment_key"].to_list()) >= 0.6
    assert result.profiles["has_structure"].all()


def test_sound_groups_only(planted: tuple[pl.DataFrame, np.ndarray, SegmentResult]) -> None:
    _, _, result = planted
    chosen = result.candidates.filter("is_chosen").row(0, named=True)
    assert chosen["stability"] >= 0.8
    assert chosen["smallest_share"] >= 0.03
    assert result.profiles["people_count"].sum() == 1_200
    assert result.profiles["share_rate"].sum() == pytest.approx(1)
    assert set(result.profiles["method"]) <= set(METHODS)


def test_names_are_unique_and_say_what_is_planted(planted: tuple[pl.DataFrame, np.ndarray, SegmentResult]) -> None:
    _, kind, result = planted
    names = dict(result.profiles.select("segment_key", "segment_name_en").iter_rows())
    assert len(set(names.values())) == len(names)
    assert result.profiles["segment_name_zh"].n_unique() == len(names)
    of_person = np.array([names[key] for key in result.segments["segment_key"]])
    for name, planted_kind in (("lurkers", 0), ("spreaders", 2)):
        if name in of_person:
            assert (kind[of_person == name] == planted_kind).mean() > 0.6
    assert "lurkers" in of_person


def test_shuffled_rows_change_nothing(planted: tuple[pl.DataFrame, np.ndarray, SegmentResult]) -> None:
    people, _, first = planted
    again = segment_people(people.sample(fraction=1, shuffle=True, seed=4))
    assert again.segments.equals(first.segments)
    assert again.profiles.equals(first.profiles)
    assert again.features.equals(first.features)


def test_ids_stay_from_run_to_run(planted: tuple[pl.DataFrame, np.ndarray, SegmentResult]) -> None:
    people, kind, first = planted
    same = segment_people(people, first.memory)
    assert same.segments.equals(first.segments) and same.profiles.equals(first.profiles)
    assert same.memory.centroids.equals(first.memory.centroids)
    # other people of the same kinds: an id still means the same kind of people
    others, other_kind = planted_people(1_200, seed=12)
    later = segment_people(others, first.memory)

    def main_kind(result: SegmentResult, kinds: np.ndarray) -> dict[str, int]:
        keys = result.segments["segment_key"].to_numpy()
        return {key: int(np.bincount(kinds[keys == key]).argmax()) for key in set(keys)}

    before, after = main_kind(first, kind), main_kind(later, other_kind)
    kept = before.keys() & after.keys()
    assert len(kept) >= 3
    assert [before[key] for key in kept] == [after[key] for key in kept]


def test_ids_go_to_the_nearest_known_segment_and_retired_ones_to_nobody() -> None:
    names, mean, scale = ["like_count", "share_count"], np.zeros(2), np.ones(2)
    rows = [("s01", 0.0, 4.0, True), ("s02", 4.0, 0.0, True), ("s07", 90.0, 90.0, False)]
    known = pl.DataFrame(
        [(key, name, value, current) for key, *values, current in rows for name, value in zip(names, values, strict=True)],
        schema=schemas.SEGMENT_CENTROIDS,
        orient="row",
    )
    assert match_ids(np.array([[3.9, 0.1], [0.1, 4.1]]), names, mean, scale, known) == ["s02", "s01"]
    assert match_ids(np.array([[3.9, 0.1], [-4.0, -9.0]]), names, mean, scale, known) == ["s02", "s08"]
    assert match_ids(np.array([[3.9, 0.1], [0.1, 4.1]]), names, mean, scale, known.clear()) == ["s02", "s01"]


def test_too_few_people_are_one_group_with_the_reason() -> None:
    people, _ = planted_people(150, seed=1)
    result = segment_people(people)
    assert result.profiles.select("segment_key", "segment_name_en", "method").row(0) == ("all", "everybody", "one_group_too_few_people")
    assert result.segments["distance"].null_count() == 150


def test_people_without_activity_are_their_own_group() -> None:
    people, _ = planted_people(400, seed=1)
    idle = people_table(np.zeros((50, len(FEATURES)))).with_columns(person_key="idle" + pl.col("person_key"))
    result = segment_people(pl.concat([people, idle.select(people.columns)]))
    inactive = result.profiles.filter(pl.col("segment_key") == "inactive").row(0, named=True)
    assert (inactive["people_count"], inactive["segment_name_zh"], inactive["method"]) == (50, "沉睡型", "rule_no_activity")


def test_features_nobody_has_or_that_never_vary_are_dropped() -> None:
    people, _ = planted_people(400, seed=1)
    people = people.with_columns(save_count=pl.lit(None, pl.Float64), visit_count=pl.lit(3.0))
    result = segment_people(people)
    assert "save_count" not in result.features["feature"].to_list()
    assert not {"save_count", "visit_count"} & set(result.memory.centroids["feature"])


def test_no_people_gives_empty_tables_with_the_right_columns() -> None:
    people, _ = planted_people(10, seed=1)
    result = segment_people(people.clear())
    assert result.segments.schema == schemas.USER_SEGMENTS
    assert result.profiles.schema == schemas.SEGMENT_PROFILES
    assert result.features.schema == schemas.SEGMENT_FEATURES
    assert result.candidates.schema == schemas.SEGMENT_CANDIDATES
    filled = segment_people(people)
    assert filled.segments.schema == schemas.USER_SEGMENTS
    assert filled.memory.centroids.schema == schemas.SEGMENT_CENTROIDS
    assert filled.memory.cutpoints.schema == schemas.SEGMENT_CUTPOINTS


def test_two_rows_for_one_person_are_refused() -> None:
    people, _ = planted_people(10, seed=1)
    with pytest.raises(ValueError, match="one row per person_key"):
        segment_people(pl.concat([people, people]))


def test_choice_keeps_last_runs_number_while_it_is_sound() -> None:
    three, five = Candidate(3, 0.95, 0.2, 0.9), Candidate(5, 0.85, 0.1, 0.7)
    six = Candidate(6, 0.9, 0.01, 0.9)
    weak = Candidate(4, 0.7, 0.1, 0.65)
    assert choose([three, five, six], None) == (five, "kmeans_largest_stable_k")
    assert choose([three, five, six], 3) == (three, "kmeans_previous_k")
    assert choose([three, five, six], 5) == (five, "kmeans_largest_stable_k")
    assert choose([three, five, six], 6) == (five, "kmeans_largest_stable_k")
    assert choose([weak, six], None) == (weak, "kmeans_most_stable_k")
    assert choose([six], None) == (None, "one_group_none_stable")


def test_lift_is_the_ratio_to_everybody() -> None:
    counts = np.array([[4.0, 1], [4, 0], [5, 1], [0, 1], [1, 0], [0, 1]])
    lift = segment_lift(counts, ["like_count", "share_count"], np.array([0, 0, 0, 1, 1, 1]), ["a", "b"])
    row = lift.filter((pl.col("segment_key") == "a") & (pl.col("feature") == "like_count")).row(0, named=True)
    assert row["segment_mean"] == pytest.approx(13 / 3)
    assert row["lift"] == pytest.approx((13 / 3) / (14 / 6))
    assert row["q_value"] < 0.05
    assert row["rank"] == 1
    shared = lift.filter((pl.col("segment_key") == "a") & (pl.col("feature") == "share_count")).row(0, named=True)
    assert shared["lift"] == pytest.approx(1)


def test_a_segment_without_any_difference_is_mixed() -> None:
    lift = pl.DataFrame([("s01", "like_count", 1.0, 1.0, 1.0, 0.0, 1.0, 1)], schema=schemas.SEGMENT_FEATURES, orient="row")
    assert name_segments(lift, ["s01"]) == {"s01": ("混合型 1", "mixed 1")}
