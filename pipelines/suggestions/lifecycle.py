"""What becomes of a suggestion from run to run: made, decided, expired; and which ones get in each other's way."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipelines.suggestions.shape import EXPIRES_DAYS, KEPT_DAYS, NO_EVIDENCE, WINDOW_DAYS, scopes_overlap

Row = dict[str, Any]
ADOPTED = ("adopted", "trial")


def settle(made: list[Row], decisions: list[Row], outcomes: list[Row], history: list[Row], as_of: dt.date | None) -> list[Row]:
    """The rows of this run with their status, the first day of those made before, and earlier ones that were not made again.

    A rejected suggestion stays rejected until it expires; an adopted one stays on the list until its outcome is known.
    """
    latest = {d["suggestion_id"]: d for d in sorted(decisions, key=lambda d: d["entry_number"])}
    before = {row["suggestion_id"]: row for row in history if row["status"] != NO_EVIDENCE}
    pending = {row["suggestion_id"] for row in outcomes if row["verdict"] == "too_early"}
    rows = [_current(row, before.get(row["suggestion_id"]), latest.get(row["suggestion_id"]), as_of) for row in made]
    again = {row["suggestion_id"] for row in rows}
    gone = [row for key, row in before.items() if key not in again]
    rows += [kept for row in gone if (kept := _left_over(row, latest.get(row["suggestion_id"]), pending, as_of))]
    running = [row for row in rows if row["status"] in ADOPTED and _runs(latest.get(row["suggestion_id"]), as_of)]
    return [row | {"overlapping_ids": _overlapping(row, running)} for row in rows]


def _current(row: Row, before: Row | None, decision: Row | None, as_of: dt.date | None) -> Row:
    """A suggestion that was made again keeps its first day and its term until that is over; then it begins anew."""
    if row["status"] == NO_EVIDENCE:
        return row
    if before and before["expires_on"] and as_of and before["expires_on"] >= as_of:
        row = row | {"created_on": before["created_on"], "expires_on": before["expires_on"]}
    status = decision["decision"] if decision and not _is_over(decision, as_of) else "open"
    return row | {"status": status}


def _is_over(decision: Row, as_of: dt.date | None) -> bool:
    """Whether a decision has lost its say: a rejection after a term."""
    if decision["decision"] in ADOPTED or as_of is None or decision["decided_at"] is None:
        return False
    return bool(as_of > decision["decided_at"].date() + dt.timedelta(EXPIRES_DAYS))


def _left_over(row: Row, decision: Row | None, pending: set[str], as_of: dt.date | None) -> Row | None:
    """What an earlier suggestion is that this run did not make again; None when it leaves the list."""
    status = decision["decision"] if decision else "expired"
    if status in ADOPTED and (row["suggestion_id"] in pending or as_of is None):
        return row | {"status": status}
    if as_of and row["expires_on"] and as_of > row["expires_on"] + dt.timedelta(KEPT_DAYS):
        return None
    is_expired = status == "expired"
    why = row["reason"] or ("term_over" if as_of and row["expires_on"] and as_of > row["expires_on"] else "no_longer_supported")
    return row | {"status": status, "reason": why if is_expired else row["reason"]}


def _runs(decision: Row | None, as_of: dt.date | None) -> bool:
    """Whether the window of an adopted suggestion is not over."""
    if decision is None or as_of is None:
        return False
    starts = decision["starts_on"] or decision["decided_at"].date()
    return bool(as_of < starts + dt.timedelta(WINDOW_DAYS))


def _overlapping(row: Row, running: list[Row]) -> list[str]:
    """Adopted suggestions under measurement in the same scope: both at once could not be told apart."""
    if row["status"] == NO_EVIDENCE:
        return []
    return sorted(r["suggestion_id"] for r in running if r["suggestion_id"] != row["suggestion_id"] and scopes_overlap(row, r))
