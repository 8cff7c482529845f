"""What the analyses of content, publishing time and all effects read and write."""

import polars as pl

from pipelines.analyses.analysis import Analysis, Schema
from pipelines.analyses.effects_shape import EFFECT_CHECKS, EFFECTS

PUBLISH_SLOTS = {
    "platform": pl.String,
    "day_type": pl.String,  # all, workday, weekend
    "slot": pl.String,  # hours included, on the platform's clock
    "outcome": pl.String,
    "post_count": pl.Int64,
    "account_count": pl.Int64,
    "share_rate": pl.Float64,
    "naive_mean_number": pl.Float64,
    "naive_index": pl.Float64,
    "effect": pl.Float64,  # log ratio against the accounts' own mix of slots
    "standard_error": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "effect_shrunk": pl.Float64,
    "shrunk_low": pl.Float64,
    "shrunk_high": pl.Float64,
    "is_best": pl.Boolean,
    "slots_p_value": pl.Float64,  # of "all slots of the platform are alike"
    "needed_count": pl.Float64,
    "verdict": pl.String,  # better, worse, unclear, too_few
}

JUDGED_EFFECTS = EFFECTS | {
    "family_id": pl.String,
    "family_count": pl.Int64,
    "q_value": pl.Float64,
    "confidence": pl.String,  # high, medium, low, none
    "is_actionable": pl.Boolean,
}

POSTS = "select * from intermediate.int_post_features order by post_key"
# Whatever else estimates effects writes tables of these names.
SOURCES = ("content", "slot", "campaign", "experiment", "behaviour", "ad", "funnel")


def _ordered(table: str, columns: Schema) -> str:
    return f"select {', '.join(columns)} from analyses.{table} order by all"


ANALYSES = [
    Analysis(
        "content_effects",
        "pipelines.analyses.causal.content_effects:content_effects",
        reads={"posts": POSTS},
        writes={"content_effects": EFFECTS, "content_effect_checks": EFFECT_CHECKS},
    ),
    Analysis(
        "publish_slots",
        "pipelines.analyses.causal.publish_slots:publish_slots",
        reads={"posts": POSTS},
        writes={"publish_slots": PUBLISH_SLOTS, "slot_effects": EFFECTS, "slot_effect_checks": EFFECT_CHECKS},
    ),
    Analysis(
        "effects",
        "pipelines.analyses.causal.effects:judged_effects",
        reads={f"{source}_effects": _ordered(f"{source}_effects", EFFECTS) for source in SOURCES}
        | {f"{source}_checks": _ordered(f"{source}_effect_checks", EFFECT_CHECKS) for source in SOURCES},
        writes={"effects": JUDGED_EFFECTS, "effect_checks": EFFECT_CHECKS},
    ),
]
