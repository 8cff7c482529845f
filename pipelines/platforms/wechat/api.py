"""WeChat Official Account (公众号): the datacube API. Figures of yesterday are there from about 08:00, spans are short.

Tokens come from ``stable_token``, which leaves the token of other systems alone; ``token`` would end it with every call.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import SecretStr

from pipelines.connectors.model import Account, Ask, Call, Connector, Credential, Endpoint, Login, Request, Tokens
from pipelines.connectors.paging import Paging
from pipelines.connectors.tokens import expiry
from pipelines.connectors.verdicts import (
    Answer,
    Fatal,
    NotReady,
    QuotaUsed,
    TokenExpired,
    Transient,
    Verdict,
    by_status,
    tomorrow,
)

EXPIRED = {40001, 40014, 42001}
MINUTE = 60.0


def _renew(ask: Ask, account: Account, current: Tokens | None, now: datetime) -> Tokens:
    """The token in force; a new one only when the server has just rejected that very token."""
    tokens = _stable_token(ask, account, now, force=False)
    if current is not None and tokens.access.get_secret_value() == current.access.get_secret_value():
        return _stable_token(ask, account, now, force=True)
    return tokens


def _stable_token(ask: Ask, account: Account, now: datetime, force: bool) -> Tokens:
    fields = {"grant_type": "client_credential", "appid": account.secret("app_id"), "secret": account.secret("app_secret")}
    body = ask(Request("/cgi-bin/stable_token", json={**fields, "force_refresh": force}, method="POST"))
    return Tokens(SecretStr(body["access_token"]), expires_at=expiry(now, body.get("expires_in")))


def _attach(account: Account, tokens: Tokens) -> Credential:
    return Credential(params={"access_token": tokens.access.get_secret_value()})


def _classify(answer: Answer) -> Verdict:
    """Errors come inside a 200, as errcode and errmsg (which ends with the request id)."""
    body: dict[str, Any] = answer.body if isinstance(answer.body, dict) else {}
    code = body.get("errcode", 0)
    said = f"errcode {code} {body.get('errmsg', '')}".strip()
    if code == 0:
        if body.get("is_delay") is True:
            return NotReady("is_delay: the platform is late with this day")
        return by_status(answer)
    if code in EXPIRED:
        return TokenExpired(said)
    if code == -1:
        return Transient(said)
    if code == 45011:
        return Transient(said, MINUTE)
    if code == 45009:
        return QuotaUsed(said, tomorrow(answer, "Asia/Shanghai"))
    if code == 61503:
        return NotReady(said)
    if code == 40164:
        return Fatal(f"{said}. Add this machine's address to the IP whitelist (公众平台 → 设置与开发 → 基本配置)")
    return Fatal(said)


def _days(name: str) -> Any:
    def requests(call: Call) -> list[Request]:
        return [Request(f"/datacube/{name}", json={"begin_date": call.start, "end_date": call.end}, method="POST")]

    return requests


LIST = Paging(rows="list")
ENDPOINTS = [
    Endpoint("user_summary", _days("getusersummary"), LIST, ready_hour=8, span_days=7, row_date="ref_date"),
    Endpoint("user_cumulate", _days("getusercumulate"), LIST, ready_hour=8, span_days=7, row_date="ref_date"),
    Endpoint("biz_summary", _days("getbizsummary"), LIST, ready_hour=8, row_date="ref_date"),
    # By day of publication; an article's figures are there for 30 days, and so long the day is pulled again.
    Endpoint(
        "article_total",
        _days("getarticletotaldetail"),
        LIST,
        ready_hour=8,
        repull_days=30,
        row_date="ref_date",
        earliest=date(2025, 11, 1),
        reach_days=180,
    ),
]

CONNECTORS = [
    Connector(
        name="wechat",
        platform="wechat",
        hosts={"main": "https://api.weixin.qq.com"},
        credentials=["app_id", "app_secret"],
        endpoints=ENDPOINTS,
        classify=_classify,
        login=Login(_attach, _renew),
    )
]
