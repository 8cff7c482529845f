"""What the analysis of other people's texts reads and writes."""

import polars as pl

from pipelines.analyses.analysis import Analysis, Schema

TEXT_LABELS: Schema = {
    "text_key": pl.String,
    "sentiment": pl.String,  # positive, neutral, negative or abstain
    "positive_rate": pl.Float64,  # the model's probabilities, also beside a person's label
    "negative_rate": pl.Float64,
    "categories": pl.List(pl.String),
    "category": pl.String,  # the gravest of them
    "severity_level": pl.Int64,
    "need_label": pl.String,
    "topic_key": pl.String,
    "is_relevant": pl.Boolean,
    "needs_human": pl.Boolean,
    "model_version": pl.String,
    "is_human_label": pl.Boolean,
}

TEXT_CATEGORIES: Schema = {
    "category": pl.String,
    "name_zh": pl.String,
    "name_en": pl.String,
    "severity_level": pl.Int64,
    "crisis_type": pl.String,  # the register's name of it; NULL where the register has none
}

# One row per model: sentiment (trained), category and need (rules).
TEXT_MODELS: Schema = {
    "model": pl.String,
    "model_version": pl.String,
    "bank_count": pl.Int64,
    "own_label_count": pl.Int64,
    "is_own_trained": pl.Boolean,
    "cv_accuracy_rate": pl.Float64,  # on sentences of the bank that share no clause with those trained on
    "cv_accuracy_low_rate": pl.Float64,
    "cv_accuracy_high_rate": pl.Float64,
    "own_accuracy_rate": pl.Float64,  # on own labels, cross-validated; NULL: not measured on own texts
    "own_accuracy_low_rate": pl.Float64,
    "own_accuracy_high_rate": pl.Float64,
    "negative_precision_rate": pl.Float64,  # cross-validated, at the threshold; on own labels where they set it
    "decided_rate": pl.Float64,
    "transfer_accuracy_rate": pl.Float64,  # on a public set of another kind that no sentence was taken from
    "transfer_count": pl.Int64,
    "transfer_set": pl.String,
    "negative_threshold_rate": pl.Float64,
    "neutral_threshold_rate": pl.Float64,
    "positive_threshold_rate": pl.Float64,
}

TOPICS: Schema = {
    "topic_key": pl.String,
    "week_start_date": pl.Date,  # weeks of seven days counted back from the last day with texts
    "topic_name": pl.String,
    "top_terms": pl.List(pl.String),
    "text_count": pl.Int64,
    "week_text_count": pl.Int64,
    "share_rate": pl.Float64,
    "positive_count": pl.Int64,
    "negative_count": pl.Int64,
    "log_odds_z": pl.Float64,  # against the eight weeks before; NULL where those hold too little
    "q_value": pl.Float64,
    "is_rising": pl.Boolean,
    "stability": pl.Float64,
}

TEXT_TERMS: Schema = {
    "term": pl.String,
    "week_start_date": pl.Date,
    "text_count": pl.Int64,
    "before_count": pl.Int64,
    "log_odds_z": pl.Float64,
    "q_value": pl.Float64,
    "is_rising": pl.Boolean,
}

# Kept from run to run: the frozen topics, and the keys of retired ones so that none is given twice.
TOPIC_TERMS: Schema = {
    "topic_key": pl.String,
    "term": pl.String,
    "weight": pl.Float64,
    "idf": pl.Float64,
    "stability": pl.Float64,
    "fitted_date": pl.Date,
    "is_current": pl.Boolean,
}

ANALYSES = [
    Analysis(
        "texts",
        "pipelines.analyses.text.texts:text_tables",
        reads={
            "texts": """
                select
                    text_key, source, text, keyword, author_key, business_date,
                    competitor is null and is_owned_post is distinct from false as is_about_us
                from intermediate.int_texts order by text_key
            """,
            "labels": "select text_key, text, label, category, need_label from core.fct_text_labels where is_latest order by text_key",
            "crisis_types": "select crisis_type, default_severity_level, keywords from core.dim_crisis_types order by crisis_type",
            "own_words": """
                select distinct word from (
                    select name as word from core.dim_campaigns
                    union all select account_name from core.dim_accounts
                    union all select competitor from core.dim_competitors
                    union all select unnest(keywords) from core.dim_competitors
                ) as words where word is not null order by word
            """,
            "topic_terms": "select * from analyses.topic_terms",
        },
        writes={
            "text_labels": TEXT_LABELS,
            "text_categories": TEXT_CATEGORIES,
            "text_models": TEXT_MODELS,
            "topics": TOPICS,
            "text_terms": TEXT_TERMS,
            "topic_terms": TOPIC_TERMS,
        },
        remembers=("topic_terms",),
    ),
]
