"""Parameters of who lives where: the world, its people, and the calendar of programs."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from sim.parameters.base import ASSUMPTION, TABLE_FILE, ByLevel, Section, choice, number, refusal, share_of, table
from sim.parameters.listing import facts

Month = Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A calendar month, written YYYY-MM, from 1900-01 to 2099-12."""
ListFile = Annotated[str, Field(pattern=TABLE_FILE)]
Counties = Literal["all", "none", "file"] | Annotated[float, Field(ge=0, le=1)] | list[str] | ListFile
"""Which counties: all, none, those with a date in the world's own calendar (file), a share, a list of codes, or the
path of a file of rows."""

CENSUS = "US Census 2010"


Settled = Literal["nothing", "criminal_alien_program", "secure_communities"]


class WorldSection(Section):
    """The counties and how finely they are simulated."""

    kind: Literal["grid", "counties", "nation"] = choice(
        "grid", "name", "design", "A made grid of counties, counties from a file, or a made nation of 3,143 counties"
    )
    rows: Annotated[int, Field(ge=1, le=60)] = choice(5, "counties", "design", "Rows of counties in a grid")
    columns: Annotated[int, Field(ge=1, le=60)] = choice(5, "counties", "design", "Columns of counties in a grid")
    people: Annotated[int, Field(ge=40, le=400_000_000)] = choice(
        100_000, "agents", "design", "Agents in the whole grid"
    )
    counties: str | None = choice(None, "path", "the user's file", "County file; naming it implies kind counties")
    adjacency: str | None = choice(None, "path", "the user's file", "File of neighbouring pairs of counties")
    background: str | None = choice(
        None, "path", "the user's file", "County-year file of recorded crime that sets background trends"
    )
    scale: float = number(1.0, "agents per person", 0.0001, 1.0, "design", "Agents per person (grid: fixed at 1)")
    seed: Annotated[int, Field(ge=0, le=2**62)] = choice(
        2008, "seed", "design", "Seed of the world: counties, people, likely offenders, households"
    )
    settled_under: Settled = choice(
        "criminal_alien_program",
        "program",
        "design",
        "Program in force for years before the start, everywhere (secure_communities: both); a 287(g) agreement of the "
        "county file dated before the start counts too",
    )
    settled_cooperation: float = number(
        0.95, "share of detainers", 0, 1, ASSUMPTION, "Share of detainers that counties honoured before the start"
    )
    redraw: bool = choice(False, "switch", "design", "Draw a new world for each replication")
    people_per_cell: float = number(4000, "persons", 50, 100_000, "about a census tract", "Persons in a cell")
    least_agents_per_cell: float = number(
        64, "agents", 4, 100_000, ASSUMPTION, "A cell has at least so many agents, unless its county has fewer"
    )
    offender_pool: float = number(
        2000, "agents", 100, 1_000_000, ASSUMPTION, "Agents of a group among whom its likely offenders are sought"
    )
    county_log_mean: float = number(
        10.27, "log persons", 4, 16, CENSUS, "Mean of log county population (made worlds; a grid keeps its total)"
    )
    county_log_sd: float = number(1.465, "log persons", 0, 3, CENSUS, "Standard deviation of log county population")
    clustering: float = number(
        0.6, "share", 0, 0.95, ASSUMPTION, "How far group shares of neighbouring counties resemble each other"
    )
    share_log_sd: float = number(
        1.0, "log share", 0, 3, "us_counties layout, computed", "Spread of log Hispanic and noncitizen shares"
    )
    adoption_correlation: float = number(
        -0.357, "Spearman", -1, 1, "T38", "Rank correlation of activation month with noncitizen share (made worlds)"
    )
    counties_per_region: float = number(
        8, "counties", 1, 4000, ASSUMPTION, "Counties of a grid under one ICE field office (files and nation: a state)"
    )

    @model_validator(mode="before")
    @classmethod
    def _imply_kind(cls, data: Any) -> Any:
        """Let the naming of a county file imply the kind of world."""
        if isinstance(data, dict) and data.get("counties") is not None and "kind" not in data:
            return {**data, "kind": "counties"}
        return data

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        if self.kind == "counties" and self.counties is None:
            raise refusal(("kind", self.kind, "the kind counties needs a county file in world.counties"))
        if self.kind == "grid" and self.scale != 1:
            reason = "a grid has one agent per person, so its scale is 1; set its size with world.people"
            raise refusal(("scale", self.scale, reason))
        if self.kind != "counties":
            reason = f"a file is read only for the kind counties, and world.kind is {self.kind}"
            named = {name: getattr(self, name) for name in ("counties", "adjacency", "background")}
            given = [(name, value, reason) for name, value in named.items() if value is not None]
            if given:
                raise refusal(*given)
        return self


WORLD_FILES = tuple(name for name, field in WorldSection.model_fields.items() if facts(field).get("unit") == "path")
"""Files that a world may be read from, by their keys under ``world``."""


class PeopleSection(Section):
    """Groups, statuses, households and likely offenders."""

    hispanic_share: float = share_of(0.163, "people", CENSUS, "Hispanic share (made worlds)")
    noncitizen_share: float = share_of(0.073, "people", "T21", "Noncitizen share (made worlds)")
    noncitizen_hispanic_share: float = share_of(
        0.58, "noncitizens", "American Community Survey 2010", "Noncitizens who are Hispanic"
    )
    unauthorized_share: float = share_of(0.507, "noncitizens", "T22 over T21", "Noncitizens who are unauthorized")
    unauthorized_hispanic_share: float = share_of(
        0.81, "unauthorized people", "Pew Hispanic Center 2010", "Unauthorized people who are Hispanic"
    )
    household_concentration: float = number(
        0.6, "share", 0.05, 1, ASSUMPTION, "Noncitizen share within Hispanic households that have any noncitizen"
    )
    likely_offender_share: float = number(
        0.05, "share of people", 0.005, 1, ASSUMPTION, "People who are likely offenders"
    )
    frequent_share: float = number(
        0.18, "share of likely offenders", 0.01, 1, "T39", "Likely offenders who offend often"
    )
    frequent_offending: float = number(0.52, "share of offences", 0.01, 1, "T39", "Offending by those who offend often")
    citizen_child_share: float = share_of(
        0.37, "adults removed", "T40", "Noncitizens who have a child who is a citizen"
    )
    survey_age_share: float = share_of(0.835, "people", CENSUS, "People aged 12 and over")


LARGEST_SHIFT = 240
"""Months: twenty years either way."""


class Program(Section):
    """Where and from when a program runs."""

    counties: Counties = choice(
        "none",
        "counties",
        "design",
        "Where it is in force: all, none, file, a share, a list of county codes, states, circuits, or a program list",
    )
    start: Month | None = choice(None, "month", "design", "First month, at the earliest; empty means at once")
    until: Month | None = choice(None, "month", "design", "First month without the program; empty means for good")
    shift: Annotated[int, Field(ge=-LARGEST_SHIFT, le=LARGEST_SHIFT)] = choice(
        0, "months", "design", "Months by which every date of the program is moved: later, or earlier if negative"
    )

    @property
    def has_dates(self) -> bool:
        """Whether it has any date of its own, or takes those of a world or a list."""
        is_dated = self.counties == "file" or self.list_file is not None
        return is_dated or self.start is not None or self.until is not None

    @property
    def list_file(self) -> str | None:
        """The file of rows that names the counties, if there is one."""
        which = self.counties
        return which if isinstance(which, str) and which not in ("all", "none", "file") else None

    @model_validator(mode="after")
    def _check_until(self) -> Self:
        if self.start is not None and self.until is not None and self.until <= self.start:
            raise refusal(("until", self.until, f"must be later than start, which is {self.start}"))
        return self

    @model_validator(mode="after")
    def _check_shift(self) -> Self:
        if self.shift and self.counties != "none" and not self.has_dates:
            raise refusal(
                ("shift", self.shift, "moves dates, and there is none: give start, or counties: file or a list")
            )
        return self


class Resolution(Program):
    """A decision to honour detainers differently from a date on."""

    cooperation: ByLevel = table(
        ByLevel.same(0.0),
        "share",
        0,
        1,
        "the user's scenario",
        "Share of detainers honoured after the resolution, by level",
    )
    spread: ClassVar[tuple[str, ...]] = ("cooperation",)


class WarrantService(Program):
    """An agreement by which trained jailers serve the warrants of immigration authorities."""

    cooperation: ByLevel = table(
        ByLevel(level_1=1.0, level_2=1.0, level_3=1.0, none=1.0),
        "share",
        0,
        1,
        ASSUMPTION,
        "Share of detainers honoured under the agreement, by level, unless the county honours more",
    )
    spread: ClassVar[tuple[str, ...]] = ("cooperation",)


class CourtRuling(Resolution):
    """A ruling that binds the counties of states or circuits, whatever their boards decided."""


class Legalization(Section):
    """A change of status for a share of unauthorized people."""

    start: Month | None = choice(None, "month", "design", "Month of the change; empty means never")
    share: float = share_of(0.5, "unauthorized people", ASSUMPTION, "Who become lawful noncitizens")


class ProgramsSection(Section):
    """The calendar of enforcement programs."""

    criminal_alien_program: Program = choice(
        Program(counties="all"), "program", "design", "Screening for noncitizens in jails and prisons"
    )
    secure_communities: Program = choice(
        Program(), "program", "design", "Fingerprints of everyone booked are checked against immigration records"
    )
    agreement_287g_jail: Program = choice(Program(), "program", "design", "Deputised officers screen everyone booked")
    agreement_287g_task_force: Program = choice(
        Program(), "program", "design", "Deputised officers make immigration arrests on patrol"
    )
    agreement_287g_warrant: WarrantService = choice(
        WarrantService(), "program", "design", "Jailers serve immigration warrants; nobody is screened by them"
    )
    detainer_resolution: Resolution = choice(
        Resolution(), "program", "design", "A county honours detainers differently from a date on"
    )
    priority_enforcement: Program = choice(
        Program(), "program", "US Department of Homeland Security, 2014-11-20", "Detainers only after a conviction"
    )
    priority_enforcement_announced: Month | None = choice(
        None, "month", "US Department of Homeland Security, 2014-11-20", "Month of the announcement"
    )
    court_ruling: CourtRuling = choice(
        CourtRuling(), "program", "design", "A court makes counties decline detainers from a date on"
    )
    legalization: Legalization = choice(Legalization(), "program", "design", "Unauthorized people gain lawful status")
