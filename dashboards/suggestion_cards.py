"""One suggestion on the page: its sentence, how sure it is, its evidence a click away, and what was decided about it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from dashboards import format as fmt
from dashboards import registry
from dashboards.i18n import t
from dashboards.queries import suggestions, what_works
from dashboards.tables import table
from pipelines import state
from pipelines.suggestions.adoption import Split, new_seed, split

ROW_HEIGHT = 35  # of a table, in pixels: all figures of a sentence are seen at once


def card(row: Any, names_kind: bool = False) -> None:
    """An open or decided suggestion with everything one needs to decide; its kind too where the page shows several."""
    with st.container(border=True):
        st.markdown(fmt.plain(row.sentence))
        done, made = suggestions.passed(row)
        facts = [
            *([t(f"suggestions.kind_{row.suggestion_kind}")] if names_kind else []),
            t(f"suggestions.confidence_{row.confidence}") + (t("suggestions.downgraded") if row.is_downgraded else ""),
            suggestions.basis(row),
            t("suggestions.checks_passed", passed=done, made=made),
            t("suggestions.chance", n=fmt.exact(row.family_count), rate=what_works.chance(row.q_value)),
            t("suggestions.term", made=fmt.day(row.created_on), until=fmt.day(row.expires_on)),
        ]
        st.caption("　".join(facts), help=t("suggestions.facts_help"))
        if len(row.overlapping_ids):
            st.warning(t("suggestions.overlaps"), icon=":material/layers:")
        if row.status != "open":
            st.info(t(f"suggestions.status_{row.status}"), icon=":material/task_alt:")
        if st.toggle(t("suggestions.show_evidence"), key=f"evidence:{row.suggestion_id}"):
            _details(row)
        if row.status == "open":
            with st.expander(t("suggestions.decide"), icon=":material/how_to_vote:"):
                _decision(row)


def unanswered(row: Any) -> None:
    """A question without a suggestion: what is missing, and the experiment that would settle it."""
    with st.container(border=True):
        st.markdown(fmt.plain(row.sentence))
        st.caption(t("suggestions.no_evidence"))
        if isinstance(row.evidence_sql, str) and st.toggle(t("suggestions.show_evidence"), key=f"evidence:{row.suggestion_id}"):
            _figures(row)
            _queries(row)


def _details(row: Any) -> None:
    """The figures, the checks, what counts as failure, and last the queries."""
    _figures(row)
    table(suggestions.checks(row), f"suggestion_checks_{row.suggestion_id}")
    terms = suggestions.terms(row)
    st.markdown(f"**{t('suggestions.falsifier')}**")
    st.markdown(
        t(
            "suggestions.falsifier_words",
            days=terms["window_days"],
            metric=fmt.plain(what_works.outcome_name(terms["metric"])),
            gain=fmt.count(terms["threshold_gain"]),
            n=fmt.exact(terms["minimum_count"]),
        )
        + (t("suggestions.falsifier_posts", share=fmt.rate(terms["compliance_rate"])) if row.outcome_unit == "per_post" else "")
    )
    st.caption(t("suggestions.hash", hash=row.falsifier_hash, id=row.suggestion_id))
    _queries(row)


def _figures(row: Any) -> None:
    """The figures of the sentence, asked for anew on this release."""
    rows = suggestions.evidence(row)
    if rows.empty:
        st.caption(t("suggestions.evidence_gone"))
    else:
        table(rows, f"suggestion_evidence_{row.suggestion_id}", height=ROW_HEIGHT * (len(rows) + 1) + 3)


def _queries(row: Any) -> None:
    """The queries that anybody can run."""
    with st.expander(t("suggestions.queries"), icon=":material/code:"):
        st.caption(t("suggestions.sql"))
        st.code(row.evidence_sql, language="sql", wrap_lines=True)
        if isinstance(row.evidence_rows_sql, str):
            st.caption(t("suggestions.rows_sql"))
            st.code(row.evidence_rows_sql, language="sql", wrap_lines=True)


def _decision(row: Any) -> None:
    day = suggestions.today()
    drawn = split(suggestions.accounts_in_scope(row), new_seed(row.suggestion_id, day))
    with st.form(f"decide:{row.suggestion_id}", border=False):
        left, right = st.columns([1, 1])
        who = left.text_input(t("suggestions.who"), key=f"who:{row.suggestion_id}", max_chars=40)
        starts = right.date_input(t("suggestions.starts"), value=day + dt.timedelta(1), key=f"starts:{row.suggestion_id}")
        reason = st.text_input(t("suggestions.reason"), key=f"reason:{row.suggestion_id}", max_chars=400)
        st.caption(_coin(drawn))
        with st.container(horizontal=True):
            pressed = [
                name
                for name, icon in (("adopted", "check"), ("trial", "casino"), ("rejected", "close"))
                if st.form_submit_button(t(f"suggestions.do_{name}"), icon=f":material/{icon}:", key=f"{name}:{row.suggestion_id}")
            ]
    if not pressed:
        return
    if not who.strip() or (pressed[0] == "rejected" and not reason.strip()):
        st.error(t("suggestions.who_needed" if not who.strip() else "suggestions.reason_needed"))
        return
    _store(row, pressed[0], who.strip(), reason.strip(), starts, drawn)
    st.rerun()


def _coin(drawn: Split) -> str:
    names = registry.account_names()

    def listed(keys: list[str]) -> str:
        return t("list_separator").join(fmt.plain(names.get(key, key)) for key in keys) or fmt.MISSING

    if drawn.by_days:
        return t("suggestions.coin_days", adopters=listed(drawn.adopters))
    return t("suggestions.coin_accounts", adopters=listed(drawn.adopters), controls=listed(drawn.controls))


def _store(row: Any, decision: str, who: str, reason: str, starts: Any, drawn: Split) -> None:
    """Keep the decision with the suggestion and its falsifier as they stand now."""
    everybody = sorted([*drawn.adopters, *drawn.controls])
    taking_part: dict[str, Any] = {}
    if decision == "trial":
        taking_part = {"adopters": drawn.adopters, "controls": drawn.controls, "randomisation_seed": drawn.seed, "starts_on": starts}
    elif decision == "adopted":
        taking_part = {"adopters": everybody, "controls": [], "starts_on": starts}
    state.add(
        "suggestion_decisions",
        suggestion_id=row.suggestion_id,
        decision=decision,
        decided_by=who,
        reason=reason,
        falsifier_json=row.falsifier_json,
        falsifier_hash=row.falsifier_hash,
        suggestion_json=suggestions.as_stored(row),
        **taking_part,
    )
