"""公众号 datacube: errors inside a 200, no paging, one window a day for most endpoints."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pipelines.connectors.verdicts import Fatal, NotReady, QuotaUsed, Transient
from tests.unit.connectors.scenario import Asked, Scenario


def _login(asked: Asked) -> Any:
    assert asked.json["secret"] == "canary-app-secret"
    return {"access_token": f"canary-access-token-{int(asked.json['force_refresh'])}", "expires_in": 7200}


def _days(asked: Asked) -> list[str]:
    assert asked.params["access_token"].startswith("canary-access-token")
    first, last = (date.fromisoformat(asked.json[k]) for k in ("begin_date", "end_date"))
    return [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]


def _user_summary(asked: Asked) -> Any:
    return {"list": [{"ref_date": d, "user_source": s, "new_user": 3 + s, "cancel_user": 1} for d in _days(asked) for s in (0, 1, 30)]}


def _user_cumulate(asked: Asked) -> Any:
    return {"list": [{"ref_date": d, "user_source": 0, "cumulate_user": 1000 + int(d[-2:])} for d in _days(asked)]}


def _biz_summary(asked: Asked) -> Any:
    sources = [{"user_count": 80, "scene_desc": "全部"}, {"user_count": 50, "scene_desc": "公众号消息"}]
    detail = {"read_user": 80, "read_user_source": sources, "share_user": 4, "zaikan_user": 2, "like_user": 6, "comment_count": 1}
    return {"list": [{"ref_date": d, "detail": detail} for d in _days(asked)], "is_delay": False}


def _article_total(asked: Asked) -> Any:
    (published,) = _days(asked)
    days = [str(date.fromisoformat(published) + timedelta(days=n)) for n in range(2)]
    details = [
        {
            "stat_date": d,
            "read_user": 40 + 10 * n,
            "read_user_source": [{"user_count": 40 + 10 * n, "scene_desc": "全部"}, {"user_count": 9 + n, "scene_desc": "推荐"}],
            "share_user": 3,
            "zaikan_user": 2,
            "like_user": 5,
            "comment_count": 1,
            "collection_user": 2,
            "praise_money": 500,
            "read_subscribe_user": 1,
            "read_delivery_rate": 0.12,
            "read_finish_rate": 0.61,
            "read_avg_activetime": 1.5,
            "read_jump_position": [{"position": 1, "rate": 0.1}],
        }
        for n, d in enumerate(days)
    ]
    mid = published.replace("-", "")
    article = {
        "ref_date": published,
        "msgid": f"{mid}_1",
        "publish_type": 0,
        "title": f"第{mid}期",
        "content_url": f"http://mp.weixin.qq.com/s?__biz=MzU1&mid={mid}&idx=1&sn=abc#rd",
        "detail_list": details,
    }
    return {"list": [article], "is_delay": False}


SCENARIO = Scenario(
    connector="wechat",
    credentials={"app_id": "wx-canary-app-id", "app_secret": "canary-app-secret"},
    canaries=["canary-access-token"],
    now="2026-11-22T11:00:00+08:00",
    start="2026-11-20",
    answers={
        "/cgi-bin/stable_token": _login,
        "/datacube/getusersummary": _user_summary,
        "/datacube/getusercumulate": _user_cumulate,
        "/datacube/getbizsummary": _biz_summary,
        "/datacube/getarticletotaldetail": _article_total,
    },
    login_paths=["/cgi-bin/stable_token"],
    target="user_summary",
    target_path="/datacube/getusersummary",
    expired=(200, {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest rid: 1-2-3"}),
    says={
        Transient: (200, {"errcode": -1, "errmsg": "system error rid: 1-2-3"}),
        QuotaUsed: (200, {"errcode": 45009, "errmsg": "reach max api daily quota limit rid: 1-2-3"}),
        NotReady: (200, {"errcode": 61503, "errmsg": "data not ready rid: 1-2-3"}),
        Fatal: (200, {"errcode": 48001, "errmsg": "api unauthorized rid: 1-2-3"}),
    },
    # two days: 3 sources each, and 2 channels each of the account's summary; cumulated followers and the summary share the account's day
    rows={"account_channel_days": 2 * 3 + 2 * 2, "account_days": 2 + 2, "post_snapshots": 2 * 2, "post_channels": 2 * 2},
)
