"""A local server that replays a scenario and can be told to break in every documented way."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.unit.connectors.scenario import Asked, Scenario

Break = Callable[["Wire", Any], bool]  # (wire, healthy body) -> whether it has answered


class Wire:
    """The server's end of one connection."""

    def __init__(self, handler: BaseHTTPRequestHandler, asked: Asked, number: int) -> None:
        self.handler, self.asked, self.number = handler, asked, number

    def send(self, body: Any, status: int = 200, **headers: str) -> None:
        """A whole answer; what is neither text nor bytes goes out as JSON."""
        raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.send_raw(raw, status, {"Content-Type": "application/json", "Content-Length": str(len(raw)), **named})

    def send_raw(self, raw: bytes, status: int, headers: dict[str, str]) -> None:
        """Exactly these bytes below exactly these headers."""
        self.handler.send_response_only(status)
        for name, value in headers.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        self.handler.wfile.write(raw)
        self.handler.wfile.flush()

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.handler.connection.close()


class Server:
    """Runs in a thread. `play` chooses the scenario, `break_with` what goes wrong on the target endpoint."""

    def __init__(self) -> None:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                owner.handle(self)

            do_POST = do_GET

            def log_message(self, *args: object) -> None:
                """Quiet."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *args: object) -> None:
                """A client that gives up, or a connection that we cut, is no error here."""

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def play(self, scenario: Scenario) -> None:
        """Healthy from now on, with fresh counters."""
        self.scenario = scenario
        self._break: Break | None = None
        self._times = 0
        self.heal()

    def break_with(self, fault: Break, times: int) -> None:
        """The next `times` calls to the target endpoint go through `fault`."""
        self._break, self._times = fault, times

    def heal(self) -> None:
        """No fault; the counters begin anew."""
        self._break = None
        self.calls: Counter[str] = Counter()
        self.logins = 0
        self.target_calls = 0

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        asked = _asked(handler)
        found = _route(self.scenario, asked)
        if found is None:
            Wire(handler, asked, 0).send({"error": f"no such path {asked.path}"}, 404)
            return
        answer, asked = found
        is_login = any(re.fullmatch(path, asked.path) for path in self.scenario.login_paths)
        is_target = not is_login and _is_target(self.scenario, asked)
        if is_login:
            self.logins += 1
        else:
            self.calls[_identity(asked)] += 1
        self.target_calls += is_target
        wire = Wire(handler, asked, self.target_calls)
        healthy = answer(asked)
        if is_target and self._break is not None and self._times > 0:
            self._times -= 1
            if self._break(wire, healthy):
                return
        wire.send(healthy)


def _is_target(scenario: Scenario, asked: Asked) -> bool:
    return re.fullmatch(scenario.target_path, asked.path) is not None and scenario.is_target(asked)


def _identity(asked: Asked) -> str:
    secret = {"access_token", "sign", "key", "appkey", "app_key"}
    shown = {k: v for k, v in asked.params.items() if k not in secret}
    return f"{asked.method} {asked.path} {sorted(shown.items())} {json.dumps(asked.json, sort_keys=True)}"


def _asked(handler: BaseHTTPRequestHandler) -> Asked:
    parts = urlsplit(handler.path)
    raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    kind = handler.headers.get("Content-Type") or ""
    return Asked(
        handler.command,
        parts.path,
        dict(parse_qsl(parts.query, keep_blank_values=True)),
        json.loads(raw) if raw and "json" in kind else None,
        dict(parse_qsl(raw.decode())) if "form" in kind else {},
        {k.lower(): v for k, v in handler.headers.items()},
    )


def _route(scenario: Scenario, asked: Asked) -> tuple[Callable[[Asked], Any], Asked] | None:
    for pattern, answer in scenario.answers.items():
        match = re.fullmatch(pattern, asked.path)
        if match:
            return answer, Asked(asked.method, asked.path, asked.params, asked.json, asked.form, asked.headers, match)
    return None
