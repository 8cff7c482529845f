"""The suggestions page: every kind answered, evidence a click away, decisions kept where a run finds them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboards.i18n import words
from dashboards.queries.suggestions import tabs
from pipelines import state
from pipelines.suggestions.evidence import fill
from pipelines.suggestions.outcomes import outcome_tables
from pipelines.suggestions.shape import KINDS, fingerprint
from tests.unit.dashboards.made_up_release import build_release
from tests.unit.suggestions.made_up import ZOO, decision, inputs, outcome_inputs, posts, suggestions

LANGUAGES = ("zh", "en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder whose release holds suggestions and one outcome."""
    fill_release(build_release(tmp_path, days=30), ZOO)
    return tmp_path


def fill_release(path: Path, effects: list) -> None:
    """Put the tables of this page into a made-up release."""
    made = suggestions(effects)
    adopted = [decision(row) for row in made.filter(pl.col("lever") == "has_question", pl.col("status") == "open").to_dicts()]
    outcomes = outcome_tables(**outcome_inputs(adopted, posts=posts(lift=0.25, days=110)))
    given = inputs(effects)
    with duckdb.connect(str(path)) as connection:
        for table in ("mart_suggestions", "mart_suggestion_outcomes", "mart_suggestion_calibration", "mart_effects"):
            connection.execute(f"drop table if exists marts.{table}")
        fill(
            connection,
            {
                "marts.mart_suggestions": made,
                "marts.mart_suggestion_outcomes": outcomes["suggestion_outcomes"],
                "marts.mart_suggestion_calibration": given["calibration"],
                "marts.mart_effects": given["effects"],
            },
        )


def texts(app) -> str:
    parts = [app.title, app.subheader, app.caption, app.markdown, app.warning, app.info, app.success, app.error]
    return "\n".join(str(element.value).replace("\\", "") for group in parts for element in group)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*KINDS, "measured"])
def test_every_kind_is_answered_in_both_languages(open_page, folder, kind, language):
    app = open_page("suggestions", data_dir=folder, lang=language, suggestion_kind=kind)
    assert not app.exception and not app.error
    assert app.title[0].value == words(language)["page.suggestions"]
    shown = texts(app)
    if kind == "measured":
        assert len(app.dataframe) == 2
        assert list(app.dataframe[0].value["suggestion_verdict"]) == [words(language)["suggestions.verdict_confirmed"]]
        return
    for row in suggestions(ZOO).filter(pl.col("suggestion_kind") == kind).to_dicts():
        assert row[f"sentence_{language}"].replace("\n", " ") in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_on_what_is_most_worth_doing_whatever_its_kind(open_page, folder, language):
    app = open_page("suggestions", data_dir=folder, lang=language)
    made = suggestions(ZOO).filter(pl.col("status") == "open").sort("score_number", descending=True, nulls_last=True)
    assert made["suggestion_kind"].n_unique() > 1
    said = texts(app)
    places = [said.index(sentence.replace("\n", " ")) for sentence in made[f"sentence_{language}"]]
    assert places == sorted(places)
    kinds = made["suggestion_kind"].unique(maintain_order=True).to_list()
    assert list(tabs(made.to_pandas()))[: len(kinds) + 1] == ["all", *kinds]
    assert "q=" not in said and words(language)["suggestions.chance"].partition("{")[0] in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_confidence_and_each_basis_has_a_word_of_its_own(language):
    for prefix, codes in (("confidence", ("high", "medium", "low")), ("rung", "ABCD"), ("outcome_rung", "ABCD")):
        assert len({words(language)[f"suggestions.{prefix}_{code}"] for code in codes}) == len(codes)


def test_the_evidence_is_one_click_away_and_says_what_the_sentence_says(open_page, folder):
    app = open_page("suggestions", data_dir=folder, suggestion_kind="content")
    next(t for t in app.toggle if t.key.startswith("evidence:")).set_value(True).run()
    assert not app.exception and not app.error
    assert "from marts.mart_effects" in app.code[0].value
    figures = set(app.dataframe[0].value["suggestion_figure"])
    assert {"2,460", "1,610", "3,390", "1,234", "12"} <= figures
    assert words("zh")["suggestions.falsifier"] in texts(app)


def _press(app, name: str, who: str = "小林", reason: str = "试试看"):
    key = next(b.key for b in app.button if b.key.startswith(f"{name}:"))
    of = key.split(":")[1]
    app.text_input(key=f"who:{of}").set_value(who)
    app.text_input(key=f"reason:{of}").set_value(reason)
    app.button(key=key).click().run()
    return of


@pytest.mark.parametrize("name", ["adopted", "trial", "rejected"])
def test_a_decision_is_kept_with_the_suggestion_as_it_stood(open_page, folder, name):
    app = open_page("suggestions", data_dir=folder, suggestion_kind="content")
    of = _press(app, name)
    assert not app.exception and not app.error
    (row,) = state.rows("suggestion_decisions").to_dicts()
    assert (row["suggestion_id"], row["decision"], row["decided_by"], row["reason"]) == (of, name, "小林", "试试看")
    assert fingerprint(row["falsifier_json"]) == row["falsifier_hash"]
    kept = json.loads(row["suggestion_json"])
    assert kept["suggestion_id"] == of and kept["expected_gain"] > 0 and "NaN" not in row["suggestion_json"]
    assert (row["randomisation_seed"] is not None) == (name == "trial") and (row["starts_on"] is None) == (name == "rejected")
    assert words("zh")[f"suggestions.status_{name}"] in texts(app)
    outcome = outcome_tables(**outcome_inputs([row]))["suggestion_outcomes"]  # a stored decision can be measured
    assert outcome.height == (name != "rejected")


def test_a_decision_needs_a_name_and_a_rejection_a_reason(open_page, folder):
    app = open_page("suggestions", data_dir=folder, suggestion_kind="content")
    _press(app, "adopted", who=" ")
    assert app.error[0].value == words("zh")["suggestions.who_needed"]
    _press(app, "rejected", reason="")
    assert app.error[0].value == words("zh")["suggestions.reason_needed"]
    assert state.rows("suggestion_decisions").height == 0


def test_decisions_that_no_run_has_taken_in_are_announced(open_page, folder, monkeypatch):
    monkeypatch.setenv("PULSE_DATA_DIR", str(folder))
    state.add(
        "suggestion_decisions", suggestion_id="x", decision="adopted", decided_by="a", falsifier_hash="h", starts_on=dt.date(2026, 4, 1)
    )
    app = open_page("suggestions", data_dir=folder, suggestion_kind="measured")
    assert words("zh")["suggestions.waiting"].format(n=1) in texts(app)


def test_names_from_outside_are_no_markup(open_page, tmp_path):
    from tests.unit.suggestions.made_up import effect

    fill_release(build_release(tmp_path, days=30), [effect("topic", to_level="![x](http://evil.example/a.png) **b**")])
    app = open_page("suggestions", data_dir=tmp_path, suggestion_kind="content")
    (sentence,) = [m.value for m in app.markdown if "evil" in m.value]
    assert "\\!\\[x\\]\\(http" in sentence and "\\*\\*b" in sentence


def test_a_release_without_suggestions_says_so(open_page, tmp_path):
    path = build_release(tmp_path, days=30)
    fill_release(path, ZOO)
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from marts.mart_suggestions")
    app = open_page("suggestions", data_dir=tmp_path)
    assert f"**{words('zh')['suggestions.no_rows']}**" in texts(app)
