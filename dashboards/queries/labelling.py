"""What the labelling page asks: which texts teach most, and how far the labels are."""

from __future__ import annotations

import pandas as pd

from dashboards.data import query


def waiting(done: list[str], shown: int) -> pd.DataFrame:
    """The texts that the model left open or was least sure of, equal texts once, without those labelled since."""
    return query(
        """
        select text_key, text, platform, source, created_at, sentiment, category, need_label, certainty_rate,
            count(*) over () as waiting_count
        from marts.mart_texts_to_label
        where repeat_number = 1 and not list_contains($done, text_key)
        order by needs_human desc, certainty_rate, text_key limit $shown
        """,
        done=done,
        shown=shown,
    )


def categories() -> pd.DataFrame:
    """Every class of negative texts, those of the register of crisis types too."""
    return query(
        """
        select distinct category, category_name_zh, category_name_en from marts.mart_negative_items
        where category is not null order by category
        """
    )


def models() -> pd.DataFrame:
    """One row per model with what it is worth."""
    return query("select * from marts.mart_text_model order by model desc")
