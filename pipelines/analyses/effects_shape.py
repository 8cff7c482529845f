"""The one shape of an estimated effect and of its checks, whatever design it comes from.

Every analysis that compares what people could do (a question in the title, another publishing slot, a campaign, a budget) writes rows of
this shape into a table of its own, tried and failed ones too: the family of everything tried is what false discovery is controlled over.
"""

from __future__ import annotations

import polars as pl

# What a row may say instead of an estimate. "refused": there is an estimate, and a gate says it must not be believed.
STATUSES = ("estimated", "not_enough_evidence", "refused")
# A randomised, B difference-in-differences or synthetic control, C within-account model, D plain difference (never a suggestion).
RUNGS = ("A", "B", "C", "D")
KINDS = ("content", "user", "interaction", "channel", "marketing")

EFFECTS = {
    "effect_key": pl.String,  # stable from run to run: analysis/lever/levels/outcome/scope, "-" for none
    "analysis": pl.String,
    "suggestion_kind": pl.String,  # one of KINDS
    "lever": pl.String,  # what is moved: has_question, publish_slot, campaign, budget_share …
    "from_level": pl.String,
    "to_level": pl.String,
    "platform": pl.String,  # scope; NULL: all
    "account_key": pl.String,
    "segment_key": pl.String,
    "campaign_key": pl.String,
    "outcome": pl.String,  # a metric or fact column: comment_count, view_count, pay …
    "outcome_unit": pl.String,  # "per_post", "per_account_day", "per_person", "per_month" …
    "design_rung": pl.String,  # one of RUNGS
    "estimand": pl.String,  # in words, English
    "scale": pl.String,  # "log" (effects are log ratios) or "difference" (in the outcome's unit)
    "effect": pl.Float64,
    "standard_error": pl.Float64,
    "ci_low": pl.Float64,  # of `effect`, at ci_level
    "ci_high": pl.Float64,
    "ci_level": pl.Float64,
    "effect_shrunk": pl.Float64,  # after empirical Bayes; equals `effect` where there is nothing to shrink with
    "shrunk_low": pl.Float64,  # 90 %
    "shrunk_high": pl.Float64,
    "p_value": pl.Float64,  # two-sided, of no effect; NULL where not estimated
    "n_count": pl.Int64,  # rows used
    "treated_count": pl.Int64,  # of them at to_level
    "account_count": pl.Int64,  # independent units (accounts, people, donors)
    "window_starts_on": pl.Date,
    "window_ends_on": pl.Date,
    "baseline_number": pl.Float64,  # outcome per unit as things are
    "eligible_monthly_count": pl.Float64,  # units a month that the lever could still move
    "expected_gain": pl.Float64,  # outcome units per month, from effect_shrunk
    "expected_gain_low": pl.Float64,  # 90 %
    "expected_gain_high": pl.Float64,
    "status": pl.String,  # one of STATUSES
    "reason": pl.String,  # code; NULL when estimated: too_few_accounts, no_overlap, placebo_failed, no_control …
    "needed_count": pl.Float64,  # units per arm of the experiment that would settle it (80 % power)
    "evidence_rows_sql": pl.String,  # SELECT over the published marts that returns the rows used
}

EFFECT_CHECKS = {
    "effect_key": pl.String,
    "check_name": pl.String,  # overlap, placebo_outcome, placebo_feature, e_value, leave_one_out, sign_agreement, pre_trend …
    "state": pl.String,  # pass, fail, na
    "value": pl.Float64,
    "threshold": pl.Float64,
    "is_gate": pl.Boolean,  # a failed gate refuses the effect
}
