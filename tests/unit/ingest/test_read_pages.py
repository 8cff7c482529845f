"""Pages of an API: the elements of their lists are the rows, what holds them is reachable, an empty day is a load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.ingest.load import Catalogue, Hints, Prepared, prepare
from pipelines.ingest.spec import FormatSpec
from tests.unit.ingest.made_up import PLATFORM, table


def _spec(**fields: Any) -> FormatSpec:
    header = {"required": ["api", "body"], "values": {"api": "madeup.posts"}}
    base = {"format_id": "madeup.api", "platform": "madeup", "label_zh": "虚构", "label_en": "Made up", "kind": "api"}
    return FormatSpec(**base, file_types=["jsonl"], header=header, **fields)


def _read(folder: Path, spec: FormatSpec, *bodies: Any, api: str = "madeup.posts") -> Prepared:
    envelope = {
        "api": api,
        "account": "shop",
        "params": {"day": "2026-03-01"},
        "window_start": "2026-03-01",
        "window_end": "2026-03-01",
        "received_at": "2026-03-02T01:00:00Z",
    }
    path = folder / "page.jsonl"
    path.write_text("\n".join(json.dumps({**envelope, "body": body}, ensure_ascii=False) for body in bodies), encoding="utf-8")
    return prepare(path, Hints(account="shop"), Catalogue([spec], {"madeup": PLATFORM}))


POSTS = {
    "entity": "post_snapshots",
    "rows": "body.list[]",
    "columns": [
        {"to": "platform_post_id", "from": "id", "type": "id", "required": True},
        {"to": "view_count", "from": "statistics.play", "type": "count"},
        {"to": "published_at", "from": "../params.day", "type": "datetime"},
    ],
}


def test_elements_of_all_pages_are_rows(tmp_path: Path) -> None:
    one = {"list": [{"id": "@a+1", "statistics": {"play": 5}, "new": 1}, {"id": "b", "statistics": {}}]}
    loaded = _read(
        tmp_path,
        _spec(**POSTS),
        one,
        {"list": []},
        {"list": [{"statistics": {"play": 1}}, {"id": "@a+1", "statistics": {"play": 5}, "new": 1}]},
    )
    m = loaded.manifest
    assert (m["rows_in"], m["rows_loaded"], m["rows_duplicate"], m["rows_rejected"]) == (4, 2, 1, 1)
    frame = table(loaded, entity="post_snapshots")
    assert frame.select("platform_post_id", "view_count", "row_number").rows() == [("@a+1", 5, 1), ("b", None, 2)]
    assert m["unknown_columns"] == ["new"]
    assert m["captured_at"].startswith("2026-03-02T01:00:00")
    assert m["captured_at_basis"] == "api"


def test_an_empty_day_is_a_load_and_a_list_that_is_none_is_a_reject(tmp_path: Path) -> None:
    assert _read(tmp_path, _spec(**POSTS), {"list": []}).manifest["rows_in"] == 0
    assert _read(tmp_path, _spec(**POSTS), {}).manifest["rows_in"] == 0
    broken = _read(tmp_path, _spec(**POSTS), {"list": "busy"}, {"list": [{"id": "b"}]})
    assert broken.rejects["reason_code"].to_list() == ["bad_page"]
    assert broken.manifest["rows_loaded"] == 1


def test_lists_within_lists_and_elements_chosen_by_a_value(tmp_path: Path) -> None:
    block = {
        "entity": "account_channel_days",
        "rows": "body.list[].details[]",
        "columns": [
            {"to": "business_date", "from": "stat_date", "type": "date"},
            {"to": "channel", "from": "../msgid"},
            {"to": "viewer_count", "from": "sources[scene=全部].user_count", "type": "count"},
            {"to": "share_count", "from": "../../params.none", "type": "count"},
        ],
    }
    sources = [{"scene": "朋友圈", "user_count": 2}, {"scene": "全部", "user_count": 9}]
    body = {
        "list": [{"msgid": "m1", "details": [{"stat_date": "2026-03-01", "sources": sources}, {"stat_date": "2026-03-02", "sources": []}]}]
    }
    rows = (
        table(_read(tmp_path, _spec(**block), body), entity="account_channel_days")
        .select("business_date", "channel", "viewer_count")
        .rows()
    )
    assert [(str(day), channel, count) for day, channel, count in rows] == [("2026-03-01", "m1", 9), ("2026-03-02", "m1", None)]


def test_elements_that_are_arrays_get_the_names_the_page_states(tmp_path: Path) -> None:
    block = {
        "entity": "account_days",
        "rows": "body.rows[]",
        "row_names": "body.columnHeaders[].name",
        "columns": [
            {"to": "business_date", "from": "day", "type": "date", "required": True},
            {"to": "view_count", "from": "views", "type": "count"},
        ],
    }
    body = {"columnHeaders": [{"name": "day"}, {"name": "views"}], "rows": [["2026-03-01", 12], ["2026-03-02", None], ["2026-03-03"]]}
    loaded = _read(tmp_path, _spec(**block), body)
    rows = table(loaded).select("business_date", "view_count").rows()
    assert [(str(day), views) for day, views in rows] == [("2026-03-01", 12), ("2026-03-02", None)]
    assert loaded.rejects["row_number"].to_list() == [3], "a row of another length than the names says nothing"


def test_pages_are_told_by_their_api(tmp_path: Path) -> None:
    other = _spec(**POSTS).model_copy(update={"format_id": "madeup.other"})
    other.blocks[0].header.values = {"api": ["madeup.fans"]}
    spec = _spec(**POSTS)
    path = tmp_path / "page.jsonl"
    path.write_text(json.dumps({"api": "madeup.fans", "received_at": "2026-03-02T01:00:00Z", "body": {"list": []}}), encoding="utf-8")
    found = prepare(path, Hints(account="shop"), Catalogue([spec, other], {"madeup": PLATFORM}))
    assert found.manifest["format_id"] == "madeup.other"


def test_kinds_of_elements_in_one_list_are_shared_out_and_each_counts_once(tmp_path: Path) -> None:
    def block(kind: str, column: str) -> dict[str, Any]:
        columns = [{"to": "business_date", "from": "day", "type": "date"}, {"to": column, "from": "n", "type": "count"}]
        header = {"required": ["api", "body"], "values": {"api": "madeup.posts"}}
        return {"entity": "account_days", "rows": "body.list[]", "where": {"kind": kind}, "columns": columns, "header": header}

    spec = FormatSpec(
        format_id="madeup.api",
        platform="madeup",
        label_zh="虚构",
        label_en="Made up",
        kind="api",
        file_types=["jsonl"],
        blocks=[block("view", "view_count"), block("like", "like_count")],
    )
    rows = [{"kind": kind, "day": "2026-03-01", "n": n} for kind, n in (("view", 5), ("like", 2), ("other", 1))]
    loaded = _read(tmp_path, spec, {"list": rows})
    m = loaded.manifest
    assert (m["rows_in"], m["rows_loaded"], m["rows_rejected"]) == (3, 2, 1)
    assert loaded.rejects["reason_code"].to_list() == ["no_block"]
