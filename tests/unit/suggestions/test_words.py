"""Every lever, level, outcome, unit and reason that an analysis can write has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pipelines.analyses.causal import content_effects, publish_slots
from pipelines.analyses.causal.design import CURRENT_MIX, KINDS_OF_CONTENT, SLOTS, SWITCHES, TITLE_STEP, duration_labels
from pipelines.analyses.conversion.ad_returns import REASONS as AD_REASONS
from pipelines.analyses.conversion.funnels import DIMENSIONS
from pipelines.analyses.panels import behaviour_effects, campaign_effects
from pipelines.suggestions.engine import ALL_KINDS
from pipelines.suggestions.evidence import evidence_rows
from pipelines.suggestions.homes import homed
from pipelines.suggestions.levels import CHANNELS, CONTENT_TYPES, STEPS
from pipelines.suggestions.wording import OUTCOMES, REASONS, not_enough, sentence
from tests.unit.suggestions.made_up import JUDGED, effect, frame, inputs, suggestions

ANALYSES = Path(__file__).parents[3] / "pipelines" / "analyses"
AREAS = ("causal", "panels", "conversion")
LITERAL = re.compile(r"""(?:\blever["']?\s*[=:]\s*|Lever\(|effect_key\(\s*"[a-z_]+",\s*|self\.base\()"([a-z_]+)\"""")
REASON = re.compile(r"""(?:\breason["']?\s*[=:]\s*|return |Finding\(campaign, outcome, )"([a-z]+_[a-z_]+)\"""")
# What stands behind expressions that are no literals: behaviours, categories, switches, the dimensions of ads.
BEHAVIOURS = [f"has_{word}_7d" for word in behaviour_effects.WORDS.values()]
AD_GAPS = ["audience", "creative"]
OTHER_RETURNS = {"too_few", "not_enough_evidence"}  # of functions that tell something else than why there is no effect

TOPICS = {
    "advertising": ["budget_share", *AD_GAPS],
    "campaigns": ["campaign"],
    "conversion_path": ["funnel_step"],
    "publish_time": ["publish_slot", "is_weekend"],
    "interactive_elements": ["has_question", "has_vote", "has_lottery"],
    "atmosphere": ["is_fast_reply"],
    "active_and_potential": BEHAVIOURS,
    "theme_style": [*KINDS_OF_CONTENT, "title_length", "is_long_title", "has_number", "emoji_count"],
}


def _sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for area in AREAS for path in sorted((ANALYSES / area).glob("*.py")))


def _written() -> list[dict[str, Any]]:
    """An effect of every lever and level that the analyses write."""
    post = [effect(name, from_level=low, to_level=high) for name, (low, high) in SWITCHES.items()]
    post += [effect("content_type", from_level="other", to_level=code) for code in CONTENT_TYPES if code != "other"]
    post += [effect("duration_bin", from_level="other", to_level=label) for label in duration_labels()]
    post += [effect("topic", from_level="other", to_level="门店")]
    post += [effect("title_length", from_level="n", to_level=f"n+{TITLE_STEP}"), effect("emoji_count", from_level="0", to_level="1")]
    post += [effect("is_fast_reply", suggestion_kind="interaction")]
    for outcome in (*publish_slots.OUTCOMES, "comment_count"):
        post += [
            effect("publish_slot", from_level=CURRENT_MIX, to_level=slot, outcome=outcome, platform="douyin") for slot in (*SLOTS, "-")
        ]
    people = {"suggestion_kind": "user", "from_level": "no", "to_level": "yes", "outcome_unit": "per_person_week", "segment_key": "s1"}
    rows = [effect(lever, outcome=outcome, **people) for lever in BEHAVIOURS for outcome in behaviour_effects.OUTCOMES]
    market: dict[str, Any] = {"suggestion_kind": "marketing"}
    rows += [
        effect("campaign", from_level="without", to_level="with", campaign_key="双11", outcome=o, outcome_unit="per_account_day", **market)
        for o in campaign_effects.OUTCOMES
    ]
    values = {"segment": ["s1", "s1"], "platform": ["douyin", "weibo"], "channel": [*CHANNELS], "content_type": [*CONTENT_TYPES]}
    assert set(values) == set(DIMENSIONS)
    for dimension, codes in values.items():
        for code, step in zip(codes * len(STEPS), list(STEPS) * len(codes), strict=True):
            levels = {"from_level": f"{dimension}={codes[-1]}", "to_level": f"{dimension}={code}"}
            rows.append(effect("funnel_step", outcome=step, outcome_unit="per_person", **levels, **market))
    for lever in ("budget_share", *AD_GAPS):
        dimension = "ad_group" if lever == "budget_share" else lever
        for to_level in (f"{dimension}=乙", None) if lever == "budget_share" else (f"{dimension}=乙",):
            ad = {"outcome": "conversion_count", "outcome_unit": "per_month", "from_level": f"{dimension}=甲", "to_level": to_level}
            rows.append(effect(lever, **ad, **market))
    return [row | {"effect_key": str(number)} for number, row in enumerate([*post, *rows])]


WRITTEN = _written()


def test_the_list_holds_every_lever_that_the_analyses_name() -> None:
    levers = {row["lever"] for row in WRITTEN}
    assert set(LITERAL.findall(_sources())) - {"lever"} <= levers
    assert {*SWITCHES, *KINDS_OF_CONTENT, *BEHAVIOURS, *AD_GAPS} <= levers == {lever for named in TOPICS.values() for lever in named}
    assert set(content_effects.OUTCOMES) <= set(OUTCOMES)


def test_no_code_reaches_a_sentence() -> None:
    given = inputs([])
    effects = homed(frame(WRITTEN, JUDGED))
    rows = evidence_rows(effects, *(given[name] for name in ("calibration", "platforms", "accounts", "segments")))
    kinds = {kind.kind: kind for kind in ALL_KINDS}
    for kind, lever, to_level, key in effects.select("suggestion_kind", "lever", "to_level", "effect_key").rows():
        topic, row = kinds[kind].topic_of(lever), rows[key]
        assert any(name in topic.levers for name in (lever, f"{lever}={str(to_level).lower()}")), lever
        for language in ("zh", "en"):
            said = (sentence(topic, row, "C", language), not_enough(topic, row, "placebo_failed", language))
            where = (lever, to_level, said)
            codes = r"[A-Za-z_=]" if language == "zh" else r"[_=]|Change |None|\bs1\b|n\+|\btrue\b"
            assert not re.search(codes, re.sub("Douyin|KOL", "", " ".join(said))), where
            assert "「「" not in said[0] and "  " not in said[0], where


def test_each_lever_belongs_to_its_question() -> None:
    kinds = {kind.kind: kind for kind in ALL_KINDS}
    for topic, levers in TOPICS.items():
        for row in [row for row in WRITTEN if row["lever"] in levers]:
            assert kinds[row["suggestion_kind"]].topic_of(row["lever"]).topic == topic, row["lever"]


def test_a_platforms_own_way_is_offered_under_channels_unless_it_repeats() -> None:
    own = effect("has_vote", platform="douyin")
    slots = [effect("publish_slot", platform="douyin", to_level="18-20", outcome=o) for o in ("view_count", "comment_count")]
    found = homed(frame([own, *slots], JUDGED))
    assert found["suggestion_kind"].to_list() == ["channel", "content", "interaction"]
    rows = suggestions([own, *slots])
    assert set(rows.filter(status="open").select("suggestion_kind", "topic").rows()) == {
        ("channel", "per_platform"), ("content", "publish_time"), ("interaction", "peaks_and_topics"),
    }  # fmt: skip
    general = effect("has_vote", outcome="like_count")
    assert homed(frame([own, general], JUDGED))["effect_key"].to_list() == [general["effect_key"]]
    assert homed(frame([own, general | {"is_actionable": False}], JUDGED)).height == 2


def test_people_are_not_compared_within_accounts() -> None:
    (row,) = suggestions([row for row in WRITTEN if row["lever"] == "has_saved_7d"][:1]).filter(status="open").to_dicts()
    assert "账号" not in row["sentence_zh"] and "同一类用户" in row["sentence_zh"] and "account" not in row["sentence_en"]
    assert "1,234 个用户周、12 人" in row["sentence_zh"]


def test_every_reason_that_an_analysis_gives_has_words() -> None:
    given = set(REASON.findall(_sources())) - OTHER_RETURNS | set(AD_REASONS.values())
    assert {"too_few_accounts", "no_hour"} <= given
    assert given <= set(REASONS), given - set(REASONS)


def test_a_rest_of_many_things_is_no_advice() -> None:
    rows = suggestions([effect("content_type", from_level="other", to_level="other")])
    assert rows.filter(status="open").height == 0 and "unclear_action" in set(rows["reason"])


def test_arms_are_counted_in_what_an_experiment_draws() -> None:
    ad = {
        "suggestion_kind": "marketing",
        "outcome_unit": "per_month",
        "from_level": "creative=甲",
        "to_level": "creative=乙",
        "status": "refused",
    }
    (row,) = suggestions([effect("creative", needed_count=8092.0, **ad)]).filter(topic="advertising").to_dicts()
    assert "每组约需 8,092 次点击" in row["sentence_zh"] and "8,092 clicks" in row["sentence_en"]
    (row,) = suggestions([effect(needed_count=7.0, status="refused")]).filter(topic="interactive_elements").to_dicts()
    assert row["needed_count"] == 30 and "每组约需 30 篇作品" in row["sentence_zh"]
