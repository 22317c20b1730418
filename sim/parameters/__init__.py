"""Every number once: one table of parameters with default, unit, allowed range and source, which all else reads."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.parameters.base import ASSUMPTION, Section, Strict, Table, choice
from sim.parameters.courts import CourtsSection
from sim.parameters.crime import CrimeSection
from sim.parameters.enforcement import BookingSection, DetainersSection, EnforcementSection, ResponsesSection
from sim.parameters.police import PoliceSection
from sim.parameters.reporting import ReportingSection
from sim.parameters.survey import SurveySection
from sim.parameters.trust import TrustSection
from sim.parameters.world import Month, PeopleSection, Program, ProgramsSection, WorldSection
from sim.words.limits import LONGEST_HORIZON

__all__ = ["ASSUMPTION", "LONGEST_HORIZON", "Parameters", "Program", "Section", "Strict", "Table"]


class Parameters(Section):
    """All parameters of one scenario."""

    title: str = choice("", "text", "the user's scenario", "What the scenario is called in tables and figures")
    question: str = choice("", "text", "the user's scenario", "The question it answers")
    source: str = choice("", "text", "the user's scenario", "Where its facts come from")
    start: Month = choice("2006-01", "month", "design", "First month")
    months: Annotated[int, Field(ge=1, le=LONGEST_HORIZON)] = choice(96, "months", "design", "How many months to run")
    world: WorldSection = WorldSection()
    people: PeopleSection = PeopleSection()
    programs: ProgramsSection = ProgramsSection()
    responses: ResponsesSection = ResponsesSection()
    crime: CrimeSection = CrimeSection()
    reporting: ReportingSection = ReportingSection()
    trust: TrustSection = TrustSection()
    police: PoliceSection = PoliceSection()
    courts: CourtsSection = CourtsSection()
    booking: BookingSection = BookingSection()
    enforcement: EnforcementSection = EnforcementSection()
    detainers: DetainersSection = DetainersSection()
    survey: SurveySection = SurveySection()
