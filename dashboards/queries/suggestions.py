"""What the suggestions page asks of its marts, and what was decided since the release was made."""

from __future__ import annotations

import datetime as dt
import json
from numbers import Real
from typing import Any

import pandas as pd

from dashboards import format as fmt
from dashboards import registry
from dashboards.data import query
from dashboards.i18n import lang, t, t_or
from dashboards.queries import what_works
from pipelines import state
from pipelines.suggestions.shape import KINDS, NO_EVIDENCE
from pipelines.suggestions.wording import number

ALL, MEASURED = "all", "measured"
STATES = ("pass", "fail", "na")
OTHER_LANGUAGE = {"zh": "_en", "en": "_zh"}


def queue() -> pd.DataFrame:
    """All suggestions and questions without one, with what was decided since: open ones first and best first, whatever their kind."""
    rows = query(
        "select * from marts.mart_suggestions order by score_number desc nulls last, rank nulls last, suggestion_kind, suggestion_id"
    )
    fresh = latest_decisions()
    decided = rows["suggestion_id"].map(fresh["decision"] if len(fresh) else {})
    kept = (rows["status"] == NO_EVIDENCE) | decided.isna()
    shown = rows.assign(status=rows["status"].where(kept, decided), sentence=rows[f"sentence_{lang()}"], is_new_decision=~kept)
    place = {"open": 0, NO_EVIDENCE: 2}
    return shown.sort_values("status", key=lambda status: status.map(place).fillna(1), kind="stable", ignore_index=True)


def latest_decisions() -> pd.DataFrame:
    """The last decision about each suggestion, by suggestion id, whether or not a run has taken it in yet."""
    rows = state.rows("suggestion_decisions").to_pandas()
    return rows.drop_duplicates("suggestion_id", keep="last").set_index("suggestion_id")


def tabs(rows: pd.DataFrame) -> dict[str, str]:
    """All, then the kinds with how many open suggestions each has, the kind of the best one first, then what was adopted."""
    counts = rows[rows["status"] == "open"].groupby("suggestion_kind", sort=False).size()
    kinds = [*counts.index, *(kind for kind in KINDS if kind not in counts.index)]
    named = {kind: t("suggestions.tab", kind=t(f"suggestions.kind_{kind}"), n=counts.get(kind, 0)) for kind in kinds}
    return {ALL: t("suggestions.tab", kind=t("suggestions.all"), n=counts.sum())} | named | {MEASURED: t("suggestions.measured")}


def terms(row: Any) -> dict[str, Any]:
    """The falsifier of a suggestion."""
    found: dict[str, Any] = json.loads(row.falsifier_json)
    return found


def checks(row: Any) -> pd.DataFrame:
    """The checks of a suggestion's effect, in words."""
    listed = list(json.loads(row.checks_json or "[]"))
    return pd.DataFrame(
        {
            "suggestion_check": [what_works.check_label(c["check_name"]) for c in listed],
            "suggestion_state": [t(f"suggestions.state_{c['state'] if c['state'] in STATES else 'na'}") for c in listed],
            "suggestion_value": [what_works.check_figure(c.get("value")) for c in listed],
            "suggestion_threshold": [what_works.check_figure(c.get("threshold")) for c in listed],
        }
    )


def basis(row: Any) -> str:
    """What a suggestion rests on, in a few words: within what it was compared depends on what its rows are."""
    own = t_or(f"suggestions.rung_C_{row.outcome_unit}", "") if row.design_rung == "C" else ""
    return own or t(f"suggestions.rung_{row.design_rung}")


def passed(row: Any) -> tuple[int, int]:
    """(checks passed, checks that could be made)."""
    states = [check["state"] for check in json.loads(row.checks_json or "[]")]
    return states.count("pass"), states.count("pass") + states.count("fail")


def evidence(row: Any) -> pd.DataFrame:
    """What the suggestion's own query returns on this release: a figure per line."""
    found = query(row.evidence_sql)
    if found.empty:
        return found
    shown = found.iloc[0].dropna()
    # Names that the row gives in both languages are shown in the reader's.
    kept = {name.removesuffix(f"_{lang()}"): value for name, value in shown.items() if not name.endswith(OTHER_LANGUAGE[lang()])}
    return pd.DataFrame(
        {
            "suggestion_field": [t_or(f"suggestions.field.{name}", name) for name in kept],
            "suggestion_figure": [_written(name, value) for name, value in kept.items()],
        }
    )


def _written(name: str, value: Any) -> str:
    if isinstance(value, Real):
        return number(value)
    if name == "lever":
        return t_or(f"what_works.lever.{value}", str(value))
    if name == "outcome":
        return what_works.outcome_name(value)
    if name == "outcome_unit":
        return t_or(f"suggestions.unit.{value}", str(value))
    return what_works.level(value) if name in ("from_level", "to_level") else str(value)


def accounts_in_scope(row: Any) -> list[str]:
    """Our own accounts that the suggestion is about."""
    rows = query(
        """
        select account_key from core.dim_accounts
        where coalesce(is_owned, true) and ($account is null or account_key = $account) and ($platform is null or platform = $platform)
        order by account_key
        """,
        account=_text(row.account_key),
        platform=_text(row.platform),
    )
    publishing = set(registry.accounts()["account_key"])
    return [key for key in rows["account_key"] if key in publishing]


def as_stored(row: Any) -> str:
    """A suggestion as JSON, as it is kept with the decision about it."""
    plain = {name: _plain(value) for name, value in row._asdict().items() if name not in ("Index", "sentence", "is_new_decision")}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.tolist() if hasattr(value, "tolist") else value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def outcomes() -> pd.DataFrame:
    """Adopted suggestions with promise, outcome and verdict, newest first."""
    rows = query(f"select *, sentence_{lang()} as sentence from marts.mart_suggestion_outcomes order by decided_on desc, suggestion_id")
    return pd.DataFrame(
        {
            "suggestion_sentence": rows["sentence"],
            "suggestion_verdict": [t(f"suggestions.verdict_{verdict}") for verdict in rows["verdict"]],
            "suggestion_promised": [fmt.count(value) for value in rows["expected_gain"]],
            "suggestion_realised": [fmt.count(value) for value in rows["realised_gain"]],
            "suggestion_interval": [_interval(row) for row in rows.itertuples()],
            "suggestion_followed": [fmt.rate(value) for value in rows["compliance_rate"]],
            "suggestion_rung": [t_or(f"suggestions.outcome_rung_{rung}", fmt.MISSING) for rung in rows["design_rung"]],
            "suggestion_rows": [fmt.count(value) for value in rows["n_count"]],
            "suggestion_window": [f"{fmt.day(row.window_starts_on)} – {fmt.day(row.window_ends_on)}" for row in rows.itertuples()],
            "suggestion_note": [_note(row) for row in rows.itertuples()],
        }
    )


def _interval(row: Any) -> str:
    if fmt.is_missing(row.ci_low) or fmt.is_missing(row.ci_high):
        return fmt.MISSING
    if row.scale == "log":
        low, high = (f"{(2.718281828459045**end - 1) * 100:+.1f}%" for end in (row.ci_low, row.ci_high))
    else:
        low, high = fmt.signed(row.ci_low), fmt.signed(row.ci_high)
    return t("suggestions.interval", low=low, high=high, level=f"{row.ci_level * 100:.0f}%")


def _note(row: Any) -> str:
    notes = [t_or(f"suggestions.why_{row.reason}", str(row.reason).replace("_", " "))] if isinstance(row.reason, str) else []
    if row.overlapping_ids is not None and len(row.overlapping_ids):
        notes.append(t("suggestions.stacked"))
    return t("list_separator").join(notes)


def waiting() -> int:
    """Decisions to adopt that no run has taken in yet."""
    fresh = latest_decisions()
    known = set(query("select suggestion_id from marts.mart_suggestion_outcomes")["suggestion_id"])
    adopted = fresh[fresh["decision"].isin(["adopted", "trial"])] if len(fresh) else fresh
    return len(set(adopted.index) - known)


def calibration() -> pd.DataFrame:
    """Per kind how far promises have held."""
    rows = query("select * from marts.mart_suggestion_calibration order by suggestion_kind")
    slopes = [
        t(
            "suggestions.interval_of",
            value=fmt.decimal(r.slope_number),
            low=fmt.decimal(r.slope_low_number),
            high=fmt.decimal(r.slope_high_number),
        )
        if r.measured_count
        else fmt.MISSING
        for r in rows.itertuples()
    ]
    return pd.DataFrame(
        {
            "suggestion_kind": [t(f"suggestions.kind_{kind}") for kind in rows["suggestion_kind"]],
            "suggestion_measured": rows["measured_count"],
            "suggestion_slope": slopes,
            "suggestion_factor": [fmt.decimal(value) for value in rows["calibration_number"]],
            "suggestion_refuted": rows["refuted_count"],
        }
    )


def today() -> dt.date:
    """The day of the house."""
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
