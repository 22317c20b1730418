"""Codes follow from labels, and stand once: no module writes a number for a word that has one."""

from __future__ import annotations

import ast
from pathlib import Path

from small_worlds import REPOSITORY

from sim.words import codes, labels

SIM = REPOSITORY / "sim"


def assigned(path: Path) -> set[str]:
    """Return the names in capitals that a module sets."""
    nodes = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.Assign)]
    names = [inner for node in nodes for target in node.targets for inner in ast.walk(target)]
    return {name.id for name in names if isinstance(name, ast.Name) and name.id.isupper()}


def test_codes_stand_once() -> None:
    ours = assigned(SIM / "words" / "codes.py")
    assert len(ours) > 60
    for floor in ("rules", "world", "engines"):
        for path in sorted((SIM / floor).rglob("*.py")):
            assert not assigned(path) & ours, path


def test_every_column_that_engines_count_has_a_code() -> None:
    named = vars(codes)
    enforcement = ("ARRESTED", "CONVICTED", "BOOKED", "MATCHED", "SCREENED", "IDENTIFIED", "REMOVABLE", "DETAINERS")
    enforcement += ("HONOURED", "WITHOUT_DETAINER", "FROM_PRISON", "IN_ICE", "AT_LARGE", "REMOVED", "PARENTS")
    enforcement += ("RETURNED",)
    assert [named[name] for name in enforcement] == list(range(len(labels.ENFORCEMENT_COLUMNS)))
    crime = ("TRUE", "REPORTED", "RECORDED", "CLEARED", "HOSPITAL_BOOK", "REPORTED_BY_VICTIM")
    assert [named[name] for name in crime] == list(range(len(crime)))
    assert len(labels.CRIME_COLUMNS) == len(crime) - 1 + len(labels.CALLERS)
    people = [codes.PEOPLE, *codes.IN_CUSTODY, codes.INCIDENTS, codes.REPORTED_BY_STATUS, codes.RESPONDENTS]
    assert people == list(range(len(labels.PEOPLE_COLUMNS)))
    balance = ("PREVENTED_BY_REMOVAL", "PREVENTED_BY_DETERRENCE", "ADDED_BY_IMPUNITY", "AFTER_DECLINED_DETAINER")
    assert [named[name] for name in balance] == list(range(len(labels.BALANCE_COLUMNS)))


def test_groups_of_the_community_have_smaller_numbers_than_the_others() -> None:
    """Engines ask ``group < OTHER`` for the community, and ``group < ORGANIZATION`` for people."""
    assert max(codes.HISPANIC, codes.OTHER_NONCITIZEN) < codes.OTHER < codes.ORGANIZATION
    assert labels.TARGET_GROUPS[: codes.ORGANIZATION] == labels.GROUPS


def test_people_in_local_hands_have_smaller_numbers_than_those_who_are_gone() -> None:
    assert max(codes.FREE, codes.JAILED) < codes.ICE_CUSTODY < codes.AWAY


def test_convictions_come_first_of_what_is_due() -> None:
    assert [codes.MISDEMEANOR, codes.FELONY, codes.AGGRAVATED] == [0, 1, 2]
    assert codes.CONVICTION == 0
    assert min(codes.RELEASE, codes.END_OF_ICE_CUSTODY, codes.RETURN, codes.ARRIVAL) == 3
