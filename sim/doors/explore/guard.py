"""Who may ask: only pages of this service itself, under its own address, and with the token where there is one.

Other web pages can make a browser send requests to this machine, or let a name of theirs point to it. Both are seen by
the headers ``Origin``, ``Sec-Fetch-Site`` and ``Host``, which a page cannot choose.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 64 * 1024
"""Of a request; the largest that the page sends has some hundred."""
COOKIE = "darkfigure"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; sandbox allow-scripts allow-popups"
)
"""A report is a file that may come from anybody: it has no origin, and can ask nothing of the service."""
RESULTS = "/results/"
COMMON = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Guard:
    """Lets only requests through that the page itself can have sent, and none that is too large."""

    def __init__(self, app: App, hosts: frozenset[str] | None, token: str | None = None) -> None:
        """Take the names under which the service may be asked (any where a ``token`` proves who asks)."""
        self.app, self.hosts, self.token = app, hosts, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._stranger(scope, headers) or _too_large(headers)
        if refused is not None:
            await _answer(send, *refused)
            return
        if self.token is not None and not await self._is_known(scope, headers, send):
            return
        await self.app(scope, _limited(receive), _with_headers(send, scope["path"]))

    def _stranger(self, scope: Scope, headers: dict[bytes, str]) -> tuple[int, str] | None:
        """Return why a request cannot come from the page, or None."""
        host = headers.get(b"host", "")
        if self.hosts is not None and host.lower() not in self.hosts:
            return 421, "this address is not one of this service's"
        origin = headers.get(b"origin")
        if origin is not None and origin.lower() != f"http://{host.lower()}":
            return 403, "requests of other pages are refused"
        site, navigates = headers.get(b"sec-fetch-site", "none"), headers.get(b"sec-fetch-mode") == "navigate"
        is_visit = navigates and scope["method"] == "GET" and scope["path"] == "/"
        if site not in ("none", "same-origin") and not is_visit:
            return 403, "requests of other pages are refused"
        return None

    async def _is_known(self, scope: Scope, headers: dict[bytes, str], send: Send) -> bool:
        """Tell whether the token came along; a visit that brings it in its address is sent on with a cookie."""
        if self._is_token(_cookie(headers.get(b"cookie", ""))):
            return True
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and scope["path"] == "/" and self._is_token(given):
            cookie = f"{COOKIE}={given}; Path=/; HttpOnly; SameSite=Strict"
            await _answer(send, 303, "", ((b"location", b"/"), (b"set-cookie", cookie.encode("latin-1"))))
            return False
        await _answer(send, 401, "open the address that the program printed: it holds the token")
        return False

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode("utf-8"), str(self.token).encode("utf-8"))


class TooLarge(Exception):
    """More bytes came than were told of."""


def _too_large(headers: dict[bytes, str]) -> tuple[int, str] | None:
    told = headers.get(b"content-length")
    if told is not None and not (told.isascii() and told.isdigit() and len(told) < 12 and int(told) <= MOST_BYTES):
        return 413, f"a request has at most {MOST_BYTES:,} bytes"
    return None


def _limited(receive: Receive) -> Receive:
    """Return what receives a body, and ends where it grows too large without having said so."""
    seen = 0

    async def receive_some() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            raise TooLarge
        return message

    return receive_some


def _with_headers(send: Send, path: str) -> Send:
    """Return what sends an answer with the headers that all have."""
    policy = REPORT_POLICY if path.startswith(RESULTS) else PAGE_POLICY

    async def send_some(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", []),
                *COMMON,
                (b"content-security-policy", policy.encode()),
            ]
        await send(message)

    return send_some


async def _answer(send: Send, code: int, text: str, more: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *COMMON, *more]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def _cookie(text: str) -> str:
    try:
        found = SimpleCookie(text).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value
