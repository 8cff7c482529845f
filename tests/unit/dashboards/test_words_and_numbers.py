"""Both languages say everything, and figures are written the way people read them."""

from __future__ import annotations

import re
import string

import pandas as pd
import pytest
import streamlit as st

from dashboards import format as fmt
from dashboards.i18n import words
from dashboards.tables import csv


@pytest.fixture
def language():
    def _set(code: str) -> None:
        st.session_state["language"] = code

    yield _set
    st.session_state["language"] = "zh"


def test_both_languages_have_the_same_keys():
    assert set(words("zh")) == set(words("en"))


def test_both_languages_fill_the_same_placeholders():
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert {key: fields(text) for key, text in words("zh").items()} == {key: fields(text) for key, text in words("en").items()}


def test_no_english_sentence_is_left_in_chinese():
    bare = {key: re.sub(r"{\w+}", "", text) for key, text in words("zh").items() if "_command" not in key}
    same = {key for key, text in bare.items() if words("zh")[key] == words("en")[key] and re.search("[a-zA-Z]{4}", text)}
    assert same <= {"column.mase", "column.smape", "content_type.reel", "model.theta"}


@pytest.mark.parametrize(
    ("figure", "zh", "en"),
    [
        (None, "—", "—"),
        (float("nan"), "—", "—"),
        (0, "0", "0"),
        (5559, "5,559", "5,559"),
        (12345, "1.23万", "12.3K"),
        (99_999_999, "1亿", "100M"),
        (1_234_567_890, "12.3亿", "1.23B"),
        (-12345, "-1.23万", "-12.3K"),
        (2.5, "2.5", "2.5"),
    ],
)
def test_counts(language, figure, zh, en):
    language("zh")
    assert fmt.count(figure) == zh
    language("en")
    assert fmt.count(figure) == en


def test_rates_and_changes():
    assert fmt.rate(0.0543) == "5.43%"
    assert fmt.rate(0.543) == "54.3%"
    assert fmt.rate(None) == "—"
    assert fmt.change(110, 100) == pytest.approx(0.1)
    assert fmt.change(-50, -100) == pytest.approx(0.5)
    assert fmt.change(1, 0) is None
    assert fmt.percent_change(0.123) == "+12.3%"
    assert fmt.percent_change(None) == "—"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", "  =1", "=1", "@x", "\u3000=1"])
def test_no_cell_of_a_download_is_a_formula(text):
    downloaded = csv(pd.DataFrame({"title": [text], "n": [-5]})).decode("utf-8-sig").splitlines()
    assert downloaded[1].strip('"').startswith("'")
    assert downloaded[-1].endswith("-5")


def test_text_from_outside_makes_no_markdown():
    assert "![" not in fmt.plain("![x](http://evil.invalid/p.png)").replace("\\!\\[", "")
    assert fmt.plain(":red[x]") == "\\:red\\[x\\]"
