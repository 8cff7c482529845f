"""What the analyses of people read and write."""

import polars as pl

from pipelines.analyses.analysis import Analysis

USER_SEGMENTS = {
    "person_key": pl.String,
    "as_of_date": pl.Date,
    "segment_key": pl.String,
    "lifecycle_state": pl.String,
    "distance": pl.Float64,
}

SEGMENT_PROFILES = {
    "segment_key": pl.String,
    "segment_name_zh": pl.String,
    "segment_name_en": pl.String,
    "people_count": pl.Int64,
    "share_rate": pl.Float64,
    "stability": pl.Float64,
    "jaccard": pl.Float64,
    "k": pl.Int64,
    "has_structure": pl.Boolean,
    "method": pl.String,
}

SEGMENT_FEATURES = {
    "segment_key": pl.String,
    "feature": pl.String,
    "segment_mean": pl.Float64,
    "population_mean": pl.Float64,
    "lift": pl.Float64,
    "log_ratio": pl.Float64,
    "q_value": pl.Float64,
    "rank": pl.Int64,
}

# Kept from run to run: where every segment ever found lies, on the log1p scale.
SEGMENT_CENTROIDS = {
    "segment_key": pl.String,
    "feature": pl.String,
    "log_mean": pl.Float64,
    "is_current": pl.Boolean,
}

# Kept from run to run: population figures that are cut once, so that states don't move when the crowd does.
SEGMENT_CUTPOINTS = {"cutpoint": pl.String, "value": pl.Float64}

# What each number of groups would have meant; the app may show it.
SEGMENT_CANDIDATES = {
    "k": pl.Int64,
    "stability": pl.Float64,
    "smallest_share": pl.Float64,
    "lowest_jaccard": pl.Float64,
    "is_chosen": pl.Boolean,
}

PEOPLE_LIFECYCLE = {
    "person_key": pl.String,
    "as_of_date": pl.Date,
    "lifecycle_state": pl.String,
    "recency_score": pl.Int64,  # 1-5, 5 best; by stored cut-points
    "frequency_score": pl.Int64,
    "monetary_score": pl.Int64,
    "rfm_group": pl.String,
    "alive_rate": pl.Float64,  # NULL before a second active day, and where the model failed its check
    "expected_active_days": pl.Float64,  # within the next 28 days
}

# One row per group of people by predicted activity (1 least active); group 0 is everybody, with the verdict.
LIFECYCLE_MODEL = {
    "as_of_date": pl.Date,
    "group_number": pl.Int64,
    "model_version": pl.String,
    "status": pl.String,  # estimated, not_enough_evidence, refused
    "reason": pl.String,
    "people_count": pl.Int64,
    "repeat_people_count": pl.Int64,
    "history_starts_on": pl.Date,
    "parameter_r": pl.Float64,
    "parameter_alpha": pl.Float64,
    "parameter_a": pl.Float64,
    "parameter_b": pl.Float64,
    "log_likelihood": pl.Float64,
    "holdout_starts_on": pl.Date,  # the last day the model under test knew
    "holdout_days": pl.Int64,
    "holdout_people_count": pl.Int64,
    "predicted_active_days": pl.Float64,
    "actual_active_days": pl.Float64,
    "actual_over_predicted": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "mean_absolute_error": pl.Float64,
    "own_pace_error": pl.Float64,  # of the simple rule: everybody goes on as before
    "rank_correlation": pl.Float64,
}

# Kept from run to run: a score means the same next month.
RFM_CUTPOINTS = {"measure": pl.String, "score": pl.Int64, "value": pl.Float64}

POTENTIAL_USERS = {
    "person_key": pl.String,
    "as_of_date": pl.Date,
    "rank": pl.Int64,
    "decile": pl.Int64,
    "pay_rate": pl.Float64,
    "recency_days": pl.Int64,
    "active_day_count": pl.Int64,
    "coupon_count": pl.Int64,
    "top_channel": pl.String,
}

# One row per fifth of the people judged (1 least likely); group 0 is everybody, with the verdict.
POTENTIAL_USER_MODEL = {
    "as_of_date": pl.Date,
    "group_number": pl.Int64,
    "model_version": pl.String,
    "status": pl.String,  # estimated, not_enough_evidence, refused
    "reason": pl.String,
    "horizon_days": pl.Int64,
    "learn_cut_date": pl.Date,
    "judge_cut_date": pl.Date,
    "learn_people_count": pl.Int64,
    "learn_conversion_count": pl.Int64,
    "people_count": pl.Int64,
    "conversion_count": pl.Int64,
    "predicted_rate": pl.Float64,
    "conversion_rate": pl.Float64,
    "conversion_rate_low": pl.Float64,
    "conversion_rate_high": pl.Float64,
    "auc": pl.Float64,
    "auc_low": pl.Float64,
    "auc_high": pl.Float64,
    "top_decile_people_count": pl.Int64,
    "top_decile_lift": pl.Float64,
    "lift_low": pl.Float64,
    "lift_high": pl.Float64,
    "calibration_error_rate": pl.Float64,
    "brier_score": pl.Float64,
    "base_brier_score": pl.Float64,
}

# One row per segment (or audience), platform, dimension, attribute and value; a row of status missing for what nothing is known of.
PERSONAS = {
    "segment_key": pl.String,  # all: everybody; audience: whoever the platforms or texts report on, not tied to people
    "platform": pl.String,  # all, or the audience's platform
    "dimension": pl.String,  # basic, interests, consumption, social, need
    "attribute": pl.String,
    "value": pl.String,  # "-" where missing
    "rank": pl.Int64,
    "share_rate": pl.Float64,
    "share_low": pl.Float64,  # Wilson, 95 %
    "share_high": pl.Float64,
    "population_share_rate": pl.Float64,
    "tgi": pl.Float64,  # 100 x share / population's share; NULL below 30 people
    "tgi_low": pl.Float64,
    "tgi_high": pl.Float64,
    "number": pl.Float64,  # a mean or an index where the attribute is no share
    "number_low": pl.Float64,
    "number_high": pl.Float64,
    "covered_count": pl.Int64,  # people (or answers, texts) the attribute is known of
    "segment_people_count": pl.Int64,
    "coverage_rate": pl.Float64,
    "source": pl.String,
    "status": pl.String,  # known, few_people, missing
}

DAY_COLUMNS = """person_key, business_date, event_count, view_count, click_count, visit_count, like_count, comment_count, share_count,
    save_count, coupon_count, session_count, order_count, pay_count, top_channel"""

ANALYSES = [
    Analysis(
        "segments",
        "pipelines.analyses.people.user_segments:segment_tables",
        reads={
            "features": "select * from intermediate.int_person_features order by person_key",
            "centroids": "select * from analyses.segment_centroids",
            "cutpoints": "select * from analyses.segment_cutpoints",
        },
        writes={
            "user_segments": USER_SEGMENTS,
            "segment_profiles": SEGMENT_PROFILES,
            "segment_features": SEGMENT_FEATURES,
            "segment_candidates": SEGMENT_CANDIDATES,
            "segment_centroids": SEGMENT_CENTROIDS,
            "segment_cutpoints": SEGMENT_CUTPOINTS,
        },
        remembers=("segment_centroids", "segment_cutpoints"),
    ),
    Analysis(
        "people_lifecycle",
        "pipelines.analyses.people.people_lifecycle:lifecycle_tables",
        reads={
            "features": """
                select person_key, as_of_date, recency_days, tenure_days, gap_p90_days, active_day_count, paid_amount
                from intermediate.int_person_features order by person_key
            """,
            "days": "select person_key, business_date from intermediate.int_person_days where event_count > 0 order by 1, 2",
            "segment_cutpoints": "select * from analyses.segment_cutpoints order by 1",
            "rfm_cutpoints": "select * from analyses.rfm_cutpoints order by 1, 2",
        },
        writes={"people_lifecycle": PEOPLE_LIFECYCLE, "lifecycle_model": LIFECYCLE_MODEL, "rfm_cutpoints": RFM_CUTPOINTS},
        remembers=("rfm_cutpoints",),
    ),
    Analysis(
        "potential_users",
        "pipelines.analyses.people.potential_users:potential_user_tables",
        reads={"days": f"select {DAY_COLUMNS} from intermediate.int_person_days order by 1, 2"},
        writes={"potential_users": POTENTIAL_USERS, "potential_user_model": POTENTIAL_USER_MODEL},
    ),
    Analysis(
        "personas",
        "pipelines.analyses.people.personas:persona_tables",
        reads={
            "attributes": "select * from intermediate.int_person_attributes order by person_key, dimension, attribute, value",
            "segments": "select person_key, segment_key from analyses.user_segments order by person_key",
            "needs": """
                select texts.author_key, labels.need_label, count(*) as text_count
                from intermediate.int_texts as texts inner join analyses.text_labels as labels on texts.text_key = labels.text_key
                where texts.author_key is not null and labels.need_label is not null
                group by texts.author_key, labels.need_label order by 1, 2
            """,
            "audiences": "select * from intermediate.int_audience_shares order by account_key, attribute, value",
            "answers": """
                select answer_key, question_key, question, person_key, answer_number, answer_options, answer_state, nps_group
                from core.fct_survey_answers order by answer_key
            """,
        },
        writes={"personas": PERSONAS},
    ),
]
