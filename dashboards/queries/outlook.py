"""What the outlook page asks of the goals and forecasts."""

from __future__ import annotations

import pandas as pd

from dashboards.data import query


def goals() -> pd.DataFrame:
    """Every goal with its outlook: running ones first, then by end of period."""
    return query(
        """
        select * from marts.mart_outlook
        order by
            ends_on < as_of_date,
            list_position(['off_track', 'open', 'on_track', 'not_enough_evidence'], verdict) nulls last,
            ends_on,
            goal_key
        """
    )
