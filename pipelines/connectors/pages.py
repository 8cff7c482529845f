"""Page files: the pages of one endpoint, account and window as received, put into landing when the last one has come."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines import lake
from pipelines.connectors.model import Account, Connector, Endpoint, Window
from pipelines.connectors.paging import Page, dig
from pipelines.connectors.redaction import without_known
from pipelines.connectors.window import file_name, of_name
from pipelines.settings import settings


class PageFile:
    """Pages under a hidden name. Only `land` gives the file its own name; leaving the block otherwise leaves nothing."""

    def __init__(self, connector: Connector, endpoint: Endpoint, account: Account, window: Window) -> None:
        self._api, self._account, self._window = connector.api(endpoint), account.name, window
        self._folder = settings().landing / connector.platform / account.name
        self._folder.mkdir(parents=True, exist_ok=True)
        self._hidden = self._folder / f".{self._api}.{window.start}.{os.getpid()}.tmp"
        self._stream = self._hidden.open("wb")
        self._first: Page | None = None
        self.page_count = 0

    def __enter__(self) -> PageFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._hidden.unlink(missing_ok=True)

    def add(self, page: Page) -> None:
        """One line: what was asked, when, and the body as received (on one line, without any secret it may quote)."""
        self._first = self._first or page
        about = {
            "api": self._api,
            "account": self._account,
            "params": page.request.saved,
            "window_start": str(self._window.start),
            "window_end": str(self._window.end),
            "received_at": page.received_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
        body = page.text.replace("\r", " ").replace("\n", " ").strip()  # between the tokens only: inside a JSON string they are escaped
        line = json.dumps(about, ensure_ascii=False)[:-1] + f', "body": {body}}}'
        self._stream.write(without_known(line).encode() + b"\n")
        self.page_count += 1

    def land(self) -> Path:
        """The file under its own name: from now on the window counts as pulled."""
        assert self._first is not None  # a window has at least one request
        self._stream.flush()
        os.fsync(self._stream.fileno())
        path = self._folder / file_name(self._api, self._window, self._first.received_at)
        os.replace(self._hidden, path)
        return path


def clear_unfinished(connector: Connector, account: Account) -> None:
    """Remove what killed pulls left; the account's lock is held, so nobody is writing."""
    folder = settings().landing / connector.platform / account.name
    for endpoint in connector.endpoints:
        for path in folder.glob(f".{connector.api(endpoint)}.*.tmp"):
            path.unlink(missing_ok=True)


def newest_file(connector: Connector, endpoint: Endpoint, account: Account, now: datetime) -> Path | None:
    """The page file of an endpoint that was received last, in landing or, once it is in the lake, in the archive.

    What a wrong clock dated into the future does not count.
    """
    api = connector.api(endpoint)
    found = {p: of_name(p.name) for p in (settings().landing / connector.platform / account.name).glob(f"{api}.*.jsonl")}
    for manifest in lake.manifests():
        if manifest["source_name"].startswith(f"{api}.") and manifest["account_key"] == f"{connector.platform}:{account.name}":
            found[settings().archive / manifest["sha256"][:2] / manifest["sha256"]] = of_name(manifest["source_name"])
    dated = {p: pulled.received_at for p, pulled in found.items() if pulled and pulled.received_at <= now + timedelta(days=1)}
    return max((p for p in dated if p.exists()), key=lambda p: dated[p], default=None)


def values_in(path: Path, wanted: str) -> list[Any]:
    """The values at a path (see `paging.dig`) in every page of a file, each once."""
    found = [value for body in _bodies(path) for value in (dig(body, wanted) or [])]
    return list({json.dumps(value, sort_keys=True): value for value in found}.values())


def _bodies(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["body"]
