"""The service behind the page: what can be asked, and how each question is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi import Path as InAddress
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from sim.doors.explore import questions
from sim.doors.explore.batches import Runners
from sim.doors.explore.catalogue import catalogue
from sim.doors.explore.courses import course_of, places
from sim.doors.explore.evaluator import evaluated
from sim.doors.explore.folders import FILES, OUTPUTS, Folders
from sim.doors.explore.found import found_at_once
from sim.doors.explore.guard import TooLarge
from sim.doors.explore.refusals import Refused, not_there
from sim.doors.explore.saving import save
from sim.doors.explore.town import months_of, town_of
from sim.doors.explore.worlds import SCENARIOS, Warm
from sim.words.faults import UserError, printable

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FolderName = Annotated[str, InAddress(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$")]
REFUSALS: dict[int | str, dict[str, Any]] = {
    code: {"description": told}
    for code, told in {
        400: "No JSON",
        404: "Not there",
        409: "Is there already, or at work",
        422: "At fault; the answer says what is allowed",
        429: "Too many runs wait",
    }.items()
}


def make_service(given: Path | None = None, *, scenarios: Path = SCENARIOS, outputs: Path = OUTPUTS) -> FastAPI:
    """Return the service, without the guard in front of it.

    Parameters
    ----------
    given : Path, optional
        A scenario file that the user named.
    scenarios, outputs : Path
        The only folders that are read and written.
    """
    warm, folders = Warm(given, scenarios), Folders(outputs)
    app = FastAPI(
        title="darkfigure explore",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        responses=REFUSALS,
    )
    app.state.warm, app.state.runners = warm, Runners(warm, folders)
    _add_refusals(app)
    _add_page(app)
    _add_worlds(app, warm)
    _add_batches(app, app.state.runners, folders)
    return app


def _add_refusals(app: FastAPI) -> None:
    """Turn every fault into an answer of one sentence."""

    @app.exception_handler(UserError)
    def refused(request: Request, error: UserError) -> JSONResponse:
        return _told(error.code if isinstance(error, Refused) else 422, str(error))

    @app.exception_handler(RequestValidationError)
    def no_question(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(printable(str(part)) for part in first["loc"][1:])
        return _told(
            400 if first["type"] == "json_invalid" else 422, f"{where}: {first['msg']}" if where else "no JSON"
        )

    @app.exception_handler(HTTPException)
    def no_such(request: Request, error: HTTPException) -> JSONResponse:
        return _told(error.status_code, str(error.detail))

    @app.exception_handler(TooLarge)
    def too_large(request: Request, error: TooLarge) -> JSONResponse:
        return _told(413, "the request is too large")

    @app.exception_handler(MemoryError)
    def no_room(request: Request, error: MemoryError) -> JSONResponse:
        return _told(422, "not enough memory; fewer people, or fewer months")

    @app.exception_handler(OSError)
    def no_file(request: Request, error: OSError) -> JSONResponse:
        return _told(409, printable(error.strerror or "a file cannot be read or written"))


def _told(code: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message[:4000]}, status_code=code)


def _add_page(app: FastAPI) -> None:
    files = {path.name: path for path in PAGE.iterdir() if path.suffix in TYPES}

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        return _file(files["index.html"])

    @app.get("/page/{name}", include_in_schema=False)
    def part(name: str) -> Response:
        if name not in files:
            raise not_there("no such part of the page")
        return _file(files[name])


def _file(path: Path) -> Response:
    return Response(path.read_bytes(), media_type=f"{TYPES[path.suffix]}; charset=utf-8")


def _add_worlds(app: FastAPI, warm: Warm) -> None:
    @app.get("/api/catalogue")
    def read_catalogue() -> dict[str, Any]:
        """Return scenarios, dials with their ranges and sources, and what courses hold."""
        return catalogue(warm)

    @app.get("/api/scenarios/{name}")
    def read_scenario(name: FolderName) -> dict[str, Any]:
        """Return what a scenario is about and where its dials stand."""
        return warm.about(name)

    @app.post("/api/run")
    def run(asked: questions.Run) -> Response:
        """Return the course of one run."""
        ran = warm.run(asked.scenario, asked.dials, asked.seed, asked.replication, draw=asked.draw)
        return _compact({"course": course_of(ran.ledger), "places": places(ran.ledger.counties)})

    @app.post("/api/evaluate")
    def evaluate(asked: questions.Evaluated) -> dict[str, Any]:
        """Return what estimators find, beside what is true."""
        return evaluated(warm.changed(asked.scenario, asked.dials), asked.seed)

    @app.post("/api/found")
    def find(asked: questions.Found) -> dict[str, Any]:
        """Return what quick estimators find on the recorded book, beside what is true."""
        return found_at_once(warm, asked)

    @app.post("/api/scenarios", status_code=201)
    def keep(asked: questions.Saved) -> dict[str, Any]:
        """Keep a world as a scenario file of a new name."""
        return save(warm, asked)

    @app.post("/api/town")
    def town(asked: questions.Town) -> StreamingResponse:
        """Return a small town of agents: a line of JSON for its places, then one for each month."""
        model = town_of(asked)

        def lines() -> Iterator[bytes]:
            for month in months_of(model):
                yield json.dumps(month, separators=(",", ":")).encode() + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")


def _compact(content: Any) -> Response:
    """Return JSON without the checks that take longer than a run."""
    return Response(json.dumps(content, separators=(",", ":"), allow_nan=False), media_type="application/json")


def _add_batches(app: FastAPI, runners: Runners, folders: Folders) -> None:
    @app.get("/api/batches")
    def list_batches() -> list[dict[str, Any]]:
        """Return the folders of results."""
        return runners.listed()

    @app.post("/api/batches", status_code=201)
    def begin(asked: questions.Batch) -> dict[str, Any]:
        """Begin a batch in a new folder."""
        return runners.begin(asked)

    @app.get("/api/batches/{name}")
    def state(name: FolderName) -> dict[str, Any]:
        """Return how far a folder is."""
        return runners.state(name)

    @app.post("/api/batches/{name}/stop")
    def stop(name: FolderName) -> dict[str, Any]:
        """End the runner at work on a batch; what is done is kept."""
        return runners.stop(name)

    @app.post("/api/batches/{name}/resume")
    def resume(name: FolderName) -> dict[str, Any]:
        """Go on with a batch."""
        return runners.resume(name)

    @app.get("/api/batches/{name}/course")
    def course(name: FolderName) -> dict[str, Any]:
        """Return the monthly counts of a folder's scenarios, and its summary."""
        return folders.course(name)

    @app.get("/results/{name}/{file}", include_in_schema=False)
    def result(name: str, file: str) -> Response:
        path = folders.file(name, file)
        return Response(path.read_bytes(), media_type=FILES[file])
