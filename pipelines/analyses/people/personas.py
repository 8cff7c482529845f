"""Each segment along five dimensions, every share with n, interval and coverage; what nothing is known of is a row that says so."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.analyses.analysis import Tables
from pipelines.analyses.people.intervals import Z_95, wilson_high, wilson_low
from pipelines.analyses.people.tables import PERSONAS

FEWEST_PEOPLE = 30  # below, a share is shown with its interval, but is held against nothing
MOST_VALUES = 10
OTHER = "other"
EVERYBODY, AUDIENCE, ALL_PLATFORMS, NO_VALUE = "all", "audience", "all", "-"
# What a full persona would hold: what of it is unknown is said aloud.
EXPECTED = {
    "basic": ("age", "gender", "region", "occupation", "device"),
    "interests": ("topic", "content_type", "platform"),
    "consumption": ("order_frequency", "basket", "coupon_use", "product"),
    "social": ("interaction", "interaction_frequency", "channel", "partner_account"),
    "need": ("need_label", "survey_need", "nps", "satisfaction"),
}
FACT = ["person_key", "dimension", "attribute", "value", "weight", "source"]
PLACE = ["dimension", "attribute", "value"]
SATISFACTION_WORDS, NEED_WORDS = "满意|satisf", "需求|需要|希望|想要|期待|\\bneeds?\\b|\\bwants?\\b|expect|wish"


def persona_tables(
    attributes: pl.DataFrame, segments: pl.DataFrame, needs: pl.DataFrame, audiences: pl.DataFrame, answers: pl.DataFrame
) -> Tables:
    """Shares per segment (and everybody) with TGI; what platforms, surveys and texts say of audiences that are no known people.

    A person with several values of an attribute counts once, shared between them.
    """
    answered = answers.filter(pl.col("answer_state") == "answered")
    chosen = _chosen_needs(answered)
    facts = pl.concat(
        [
            attributes.select(FACT),
            _facts(needs.rename({"author_key": "person_key", "need_label": "value"}), "need_label", "text_count", "texts"),
            _facts(chosen, "survey_need", None, "surveys"),
        ]
    )
    members = pl.concat([segments.select("person_key", "segment_key"), segments.select("person_key", segment_key=pl.lit(EVERYBODY))])
    parts = [
        _segment_shares(facts.join(segments.select("person_key"), on="person_key", how="semi"), members),
        _scores(answered, members),
        _audience_shares(audiences),
        _unlinked(needs, "author_key", "need_label", "need_label", "texts"),
        _unlinked(chosen, "answer_key", "value", "survey_need", "surveys"),
        _scores(answered, answered.select("answer_key", segment_key=pl.lit(AUDIENCE)), by="answer_key"),
    ]
    known = pl.concat(parts)
    order = ["segment_key", "platform", "dimension", "attribute", "rank", "value"]
    return {"personas": pl.concat([known, _missing(known, members)]).sort(order)}


def _facts(rows: pl.DataFrame, attribute: str, weight: str | None, source: str) -> pl.DataFrame:
    return rows.select(
        "person_key",
        pl.lit("need").alias("dimension"),
        pl.lit(attribute).alias("attribute"),
        "value",
        (pl.col(weight) if weight else pl.lit(1.0)).cast(pl.Float64).alias("weight"),
        pl.lit(source).alias("source"),
    ).filter(pl.col("person_key").is_not_null())


def _chosen_needs(answered: pl.DataFrame) -> pl.DataFrame:
    """The options people chose in questions about what they need: one row per answer and option."""
    asked = answered.filter(pl.col("question").str.to_lowercase().str.contains(NEED_WORDS), pl.col("answer_number").is_null())
    options = asked.select("answer_key", "person_key", pl.col("answer_options").alias("value")).explode("value")
    return options.filter(pl.col("value").is_not_null()).unique().sort("answer_key", "value")


# --- segments ---------------------------------------------------------------------------------------------------------------------------


def _segment_shares(facts: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    attribute = ["dimension", "attribute"]
    if facts.is_empty() or members.is_empty():
        return pl.DataFrame(schema=PERSONAS)
    shared = facts.group_by("person_key", *PLACE).agg(pl.col("weight").sum(), pl.col("source").max())
    shared = shared.with_columns(share=pl.col("weight") / pl.col("weight").sum().over("person_key", *attribute))
    top = (
        shared.group_by(PLACE)
        .agg(pl.col("share").sum().round(9))
        .sort([*attribute, "share", "value"], descending=[False, False, True, False])
    )
    top = top.group_by(attribute, maintain_order=True).head(MOST_VALUES).select(PLACE).with_columns(is_top=pl.lit(value=True))
    shared = shared.join(top, on=PLACE, how="left").with_columns(
        pl.when(pl.col("is_top")).then("value").otherwise(pl.lit(OTHER)).alias("value")
    )
    sizes = members.group_by("segment_key").agg(pl.len().alias("segment_people_count"))
    placed = shared.join(members, on="person_key")
    covered = placed.group_by("segment_key", *attribute).agg(pl.col("person_key").n_unique().alias("covered_count"), pl.col("source").max())
    sums = placed.group_by("segment_key", *PLACE).agg(pl.col("share").sum().alias("total"))
    population = sums.filter(segment_key=EVERYBODY).join(covered.filter(segment_key=EVERYBODY), on=attribute)
    population = population.select(*PLACE, (pl.col("total") / pl.col("covered_count")).alias("population_share_rate"))
    rows = (
        covered.join(population, on=attribute)  # every value of the population, also where a segment has nobody
        .join(sums, on=["segment_key", *PLACE], how="left")
        .join(sizes, on="segment_key")
        .with_columns(pl.col("total").fill_null(0.0))
    )
    return _finish(rows, pl.lit(ALL_PLATFORMS))


def _finish(rows: pl.DataFrame, platform: pl.Expr) -> pl.DataFrame:
    """Shares with intervals, rank and TGI out of totals, covered people and the population's share."""
    n, base = pl.col("covered_count"), pl.col("population_share_rate")
    is_enough = (n >= FEWEST_PEOPLE) & (base > 0) & (pl.col("segment_key") != EVERYBODY)
    found = rows.with_columns(
        platform=platform,
        share_rate=(pl.col("total") / n).clip(0.0, 1.0).round(9),
        share_low=wilson_low(pl.col("total"), n),
        share_high=wilson_high(pl.col("total"), n),
        coverage_rate=n / pl.col("segment_people_count"),
        status=pl.when(n >= FEWEST_PEOPLE).then(pl.lit("known")).otherwise(pl.lit("few_people")),
        number=pl.lit(None, pl.Float64),
        number_low=pl.lit(None, pl.Float64),
        number_high=pl.lit(None, pl.Float64),
    ).with_columns(
        *(
            pl.when(is_enough).then(100 * pl.col(share) / base).alias(name)
            for name, share in (("tgi", "share_rate"), ("tgi_low", "share_low"), ("tgi_high", "share_high"))
        ),
    )
    group = ["segment_key", "platform", "dimension", "attribute"]
    ranked = found.sort([*group, "share_rate", "value"], descending=[False] * 4 + [True, False]).with_columns(
        rank=pl.int_range(1, pl.len() + 1).over(group)
    )
    return _shaped(ranked)


def _scores(answered: pl.DataFrame, members: pl.DataFrame, by: str = "person_key") -> pl.DataFrame:
    """NPS (-100 to 100) and mean satisfaction per segment and question, with 95 % intervals."""
    group = pl.col("nps_group").replace_strict(
        {"promoter": 100.0, "passive": 0.0, "detractor": -100.0}, default=None, return_dtype=pl.Float64
    )
    is_satisfaction = pl.col("question").str.to_lowercase().str.contains(SATISFACTION_WORDS) & pl.col("nps_group").is_null()
    scored = pl.concat(
        [
            answered.select(by, "question", pl.lit("nps").alias("attribute"), group.alias("score")),
            answered.filter(is_satisfaction).select(
                by, "question", pl.lit("satisfaction").alias("attribute"), pl.col("answer_number").alias("score")
            ),
        ]
    ).filter(pl.col("score").is_not_null(), pl.col(by).is_not_null())
    if scored.is_empty() or members.is_empty():
        return pl.DataFrame(schema=PERSONAS)
    sizes = members.group_by("segment_key").agg(pl.len().alias("segment_people_count"))
    rows = (
        scored.join(members, on=by)
        .group_by("segment_key", "attribute", pl.col("question").alias("value"))
        .agg(pl.len().alias("covered_count"), pl.col("score").mean().alias("number"), pl.col("score").std().alias("spread"))
        .join(sizes, on="segment_key")
        .with_columns(half=Z_95 * pl.col("spread") / pl.col("covered_count").sqrt())
        .sort("segment_key", "attribute", "value")
    )
    found = rows.with_columns(
        dimension=pl.lit("need"),
        platform=pl.lit(ALL_PLATFORMS),
        source=pl.lit("surveys"),
        number_low=pl.col("number") - pl.col("half"),
        number_high=pl.col("number") + pl.col("half"),
        rank=pl.int_range(1, pl.len() + 1).over("segment_key", "attribute"),
        coverage_rate=None if by == "answer_key" else pl.col("covered_count") / pl.col("segment_people_count"),
        segment_people_count=None if by == "answer_key" else pl.col("segment_people_count"),
        status=pl.when(pl.col("covered_count") >= FEWEST_PEOPLE).then(pl.lit("known")).otherwise(pl.lit("few_people")),
    )
    return _shaped(found)


# --- audiences that are no known people -------------------------------------------------------------------------------------------------


def _audience_shares(audiences: pl.DataFrame) -> pl.DataFrame:
    """A platform's audience over its accounts, weighted by their size where every account's is known."""
    if audiences.is_empty():
        return pl.DataFrame(schema=PERSONAS)
    account = ["platform", "account_key", "attribute"]
    sized = audiences.with_columns(
        size=pl.col("people_count").sum().over(account), is_sized=pl.col("people_count").is_not_null().all().over(account)
    )
    sized = sized.with_columns(is_sized=pl.col("is_sized").all().over("platform", "attribute"))
    weights = sized.with_columns(weight=pl.when("is_sized").then(pl.col("size").cast(pl.Float64)).otherwise(1.0))
    of_accounts = weights.unique(account).group_by("platform", "attribute").agg(pl.col("weight").sum().alias("whole"), pl.col("size").sum())
    of_accounts = of_accounts.join(weights.group_by("platform", "attribute").agg(pl.col("is_sized").all()), on=["platform", "attribute"])
    values = weights.group_by("platform", "attribute", "value").agg((pl.col("weight") * pl.col("share_rate")).sum().alias("part"))
    joined = values.join(of_accounts, on=["platform", "attribute"]).with_columns(share_rate=(pl.col("part") / pl.col("whole")).round(9))
    ranked = joined.sort(["platform", "attribute", "share_rate", "value"], descending=[False, False, True, False]).with_columns(
        rank=pl.int_range(1, pl.len() + 1).over("platform", "attribute")
    )
    found = ranked.filter(pl.col("rank") <= MOST_VALUES).with_columns(
        segment_key=pl.lit(AUDIENCE),
        dimension=pl.lit("basic"),
        covered_count=pl.when("is_sized").then("size"),
        source=pl.lit("platforms"),
        status=pl.lit("known"),
    )
    return _shaped(found)


def _unlinked(rows: pl.DataFrame, key: str, value: str, attribute: str, source: str) -> pl.DataFrame:
    """Shares among all who wrote or answered, whether or not they are known as people."""
    weight = pl.col("text_count").cast(pl.Float64) if "text_count" in rows.columns else pl.lit(1.0)
    shared = rows.with_columns(weight=weight).with_columns(share=pl.col("weight") / pl.col("weight").sum().over(key))
    if shared.is_empty():
        return pl.DataFrame(schema=PERSONAS)
    found = (
        shared.group_by(pl.col(value).alias("value"))
        .agg(pl.col("share").sum().alias("total"))
        .with_columns(
            segment_key=pl.lit(AUDIENCE),
            dimension=pl.lit("need"),
            attribute=pl.lit(attribute),
            covered_count=pl.lit(shared[key].n_unique(), pl.Int64),
            segment_people_count=pl.lit(None, pl.Int64),
            population_share_rate=pl.lit(None, pl.Float64),
            source=pl.lit(source),
        )
    )
    return _finish(found, pl.lit(ALL_PLATFORMS)).filter(pl.col("rank") <= MOST_VALUES)


def _missing(known: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """A row for each segment and expected attribute of which nothing is known."""
    sizes = members.group_by("segment_key").agg(pl.len().alias("segment_people_count"))
    wanted = pl.DataFrame([(d, a) for d, names in EXPECTED.items() for a in names], schema=["dimension", "attribute"], orient="row")
    rows = sizes.join(wanted, how="cross").join(known, on=["segment_key", "dimension", "attribute"], how="anti")
    return _shaped(
        rows.with_columns(
            platform=pl.lit(ALL_PLATFORMS),
            value=pl.lit(NO_VALUE),
            rank=pl.lit(1),
            covered_count=pl.lit(0),
            coverage_rate=pl.lit(0.0),
            status=pl.lit("missing"),
        )
    )


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    missing: dict[str, Any] = {name: pl.lit(None, kind) for name, kind in PERSONAS.items() if name not in rows.columns}
    shaped = rows.with_columns(**missing).select(list(PERSONAS)).cast(PERSONAS)  # type: ignore[arg-type]
    return shaped.with_columns(pl.col(pl.Float64).round(9))  # sums in another order differ in the last bits
