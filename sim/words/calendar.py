"""Calendar months: written YYYY-MM, counted as year * 12 + month - 1."""

from __future__ import annotations


def month_number(month: str) -> int:
    """Return a calendar month (YYYY-MM, whatever follows) as year * 12 + month - 1."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_name(number: int) -> str:
    """Return a calendar month, counted as ``month_number`` counts it, written YYYY-MM."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_after(start: str, number: int) -> str:
    """Return the month that lies ``number`` months after ``start``, written YYYY-MM."""
    return month_name(month_number(start) + number)


def month_names(start: str, months: int) -> list[str]:
    """Return ``months`` calendar months from ``start``, written YYYY-MM."""
    first = month_number(start)
    return [month_name(number) for number in range(first, first + months)]
