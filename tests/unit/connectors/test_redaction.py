"""What looks like a secret, or is known to be one, is masked wherever it might be written."""

from __future__ import annotations

import logging

import pytest

from pipelines.connectors.redaction import guard_logs, redacted, remember_secrets, without_known


@pytest.mark.parametrize(
    "text",
    [
        "GET /x?access_token=abcDEF123&day=1",
        "GET /x?appid=wx1&secret=abcDEF123",
        "key=abcDEF123",
        "sign=abcDEF123&t=1",
        "Authorization: Bearer abcDEF123",
        "Cookie: session=abcDEF123; other=abcDEF123",
        "Set-Cookie: abcDEF123",
        '{"access_token": "abcDEF123"}',
        "{'refresh_token': 'abcDEF123'}",
        "client_secret=abcDEF123",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    assert "abcDEF123" not in redacted(text)
    assert "***" in redacted(text)


def test_ordinary_sentences_stay_as_they_are() -> None:
    text = "errcode 45009 reach max api daily quota limit rid: 1-2-3; keyword 关键词, design=3, day=2026-11-20"
    assert redacted(text) == text


def test_known_secrets_are_masked_as_written_and_as_encoded() -> None:
    remember_secrets(["p@ss/w+rd==", "short"])
    assert without_known("a p@ss/w+rd== b p%40ss%2Fw%2Brd%3D%3D c short") == "a *** b *** c short"


def test_every_log_record_passes_through(caplog: pytest.LogCaptureFixture) -> None:
    guard_logs()
    guard_logs()
    remember_secrets(["known-canary-value"])
    caplog.set_level(logging.DEBUG)
    logging.getLogger("some.library").warning("sent %s to %s", "known-canary-value", {"x": "known-canary-value"})
    logging.getLogger("httpx").info("GET %s", "https://h/x?access_token=never-seen-before")
    try:
        raise ValueError("known-canary-value")
    except ValueError:
        logging.getLogger("some.library").exception("failed")
    assert "known-canary-value" not in caplog.text
    assert "never-seen-before" not in caplog.text
    assert "ValueError: ***" in caplog.text


def test_a_wrong_logging_call_is_left_to_logging() -> None:
    guard_logs()
    record = logging.getLogRecordFactory()("x", logging.INFO, "f", 1, "%d", ("no number",), None)
    assert record.args == ("no number",)
