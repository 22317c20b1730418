"""The service on a port of this machine: its address, its token, the browser, and what is told at the end."""

from __future__ import annotations

import secrets
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from sim.words.faults import UserError

if TYPE_CHECKING:
    from fastapi import FastAPI

PORT, TRIED = 8765, 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")
INSTALL = (
    "the page needs the extra 'web', which is not installed: pip install 'darkfigure[web]', or in a checkout "
    "pip install -e '.[web]'"
)


def serve(given: Path | None, *, host: str, port: int | None, browser: bool) -> int:
    """Serve the page until Ctrl-C.

    Raises
    ------
    UserError
        Where the extra is not installed, the scenario has a fault, or the port is taken.
    """
    try:
        import fastapi  # noqa: F401
        import uvicorn
    except ImportError:
        raise UserError(INSTALL) from None
    from sim.doors.explore.guard import Guard
    from sim.doors.explore.service import make_service

    service = make_service(given)
    service.state.warm.about(service.state.warm.first())
    listening = _listen(host, port)
    own = listening.getsockname()[1]
    token = None if host in LOOPBACK else secrets.token_urlsafe(24)
    names = frozenset(f"{name}:{own}" for name in ("127.0.0.1", "localhost", "[::1]")) if token is None else None
    shown = f"[{host}]" if ":" in host else socket.gethostname() if host in ("0.0.0.0", "::") else host
    address = f"http://{shown}:{own}/" + (f"?token={token}" if token else "")
    print(f"The page is at {address} (Ctrl-C ends it)", flush=True)
    threading.Thread(target=_warm_up, args=(service,), daemon=True).start()
    config = uvicorn.Config(
        Guard(service, names, token), log_level="warning", access_log=False, ws="none", server_header=False
    )
    server = uvicorn.Server(config)
    if browser:
        threading.Thread(target=_open, args=(server, address), daemon=True).start()
    server.run(sockets=[listening])
    _tell_of_runners(service)
    return 0


def _listen(host: str, port: int | None) -> socket.socket:
    """Return a socket on the port, or where none was asked for on the first free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in [port] if port is not None else range(PORT, PORT + TRIED):
        found = socket.socket(family)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, number))
            found.listen(64)
        except OSError as error:
            found.close()
            problem = error.strerror or str(error)
            continue
        return found
    where = f"port {port}" if port is not None else f"ports {PORT} to {PORT + TRIED - 1}"
    raise UserError(f"--host {host}: cannot listen on {where} ({problem}); choose another by --port")


def _warm_up(service: FastAPI) -> None:
    """Load the engine while the browser opens, so that the first run is answered at once."""
    warm = service.state.warm
    try:
        for name in (warm.first(), "baseline"):
            warm.run(name, {"people": 10_000} if warm.about(name)["kind"] == "grid" else {}, 1, 0)
            warm.session(name)
    except UserError:
        return  # the page will be told


def _open(server: object, address: str) -> None:
    while not getattr(server, "started", False):
        time.sleep(0.05)
    webbrowser.open(address)


def _tell_of_runners(service: FastAPI) -> None:
    names = service.state.runners.at_work()
    if names:
        print(f"Still at work, and going on without the page: {', '.join(names)}", file=sys.stderr)
