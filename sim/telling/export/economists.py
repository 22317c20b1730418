"""What economists ask of the wide panel beside its counts: calendar, place, population, treatment and totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.running.tables.codebook import program_words
from sim.running.tables.county_months import BOOKS, TOTALS, totals_of
from sim.running.tables.reading import Meaning, Table, open_parquet
from sim.telling.export.wide_names import wide_name
from sim.words.calendar import month_number
from sim.words.labels import CRIMES, PROGRAMS, TARGET_GROUPS

RUN = ("scenario", "replication", "county")
_TOTAL_WORDS = {"index": "All index crime", "violent": "Violent index crime", "property": "Property index crime"}


class _Added(NamedTuple):
    """A column that is added: name, type, unit and meaning."""

    name: str
    type: str
    unit: str
    meaning: str


_CALENDAR = (
    _Added("time", "whole number", "months", "Months since the first one of the results"),
    _Added("year", "whole number", "", "Calendar year"),
    _Added("calendar_month", "whole number", "", "Calendar month, 1 to 12"),
)
_PLACE = (
    _Added("state", "text", "", "State; empty in a grid"),
    _Added("population", "number", "persons", "Real people of the county"),
)


class Economists:
    """Columns worked out from keys, counts and the other tables of the folder."""

    def __init__(self, folder: Path, tables: Sequence[Table], books: Sequence[str]) -> None:
        """Take the folder of results, the tables of the panel, and those of its columns that count crime."""
        self.world, self.table = folder / "world.parquet", tables[0]
        self.counties = next((table for table in tables if table.name == "counties"), None)
        self.books = [book for book in BOOKS if book in books]

    @cached_property
    def columns(self) -> list[_Added]:
        """The columns that are added, in their order."""
        found = [*_CALENDAR, *(_PLACE if self.world.is_file() else ())]
        if self.counties is not None:
            for name in PROGRAMS:
                words = program_words(name)
                first = f"Value of time at which it came into force here, missing where it never did: {words}"
                found.append(_Added(f"first_{name}", "whole number", "months", first))
                found.append(
                    _Added(f"ever_{name}", "true or false", "", f"Comes into force here at some time: {words}")
                )
        for book, total in product(self.books, TOTALS):
            meaning = f"{_TOTAL_WORDS[total]}, of all targets: {book}"
            found.append(_Added(f"{book}_{total}", "whole number", "incidents", meaning))
        return found

    @cached_property
    def fields(self) -> list[Any]:
        """The columns as fields of Arrow."""
        import pyarrow as pa

        kinds = {
            "whole number": pa.int32(),
            "number": pa.float64(),
            "true or false": pa.bool_(),
            "text": pa.dictionary(pa.int32(), pa.string()),
        }
        return [pa.field(column.name, kinds[column.type]) for column in self.columns]

    def meanings(self, table: str) -> list[Meaning]:
        """Return one entry for each column."""
        return [Meaning(table, *column, "worked out") for column in self.columns]

    def arrays(self, keys: dict[str, Any], counts: dict[str, Any]) -> Iterator[Any]:
        """Yield the columns for rows with ``keys`` and ``counts``, Arrow arrays by name."""
        import pyarrow as pa

        values = self._values(keys, counts)
        for field in self.fields:
            array = values[field.name]
            yield array if isinstance(array, pa.Array) else pa.array(array, field.type)

    def _values(self, keys: dict[str, Any], counts: dict[str, Any]) -> dict[str, Any]:
        import pandas as pd

        months = pd.Series(keys["month"].to_pandas().astype(str))
        number = months.map({month: month_number(month) for month in months.unique()}).to_numpy()
        values: dict[str, Any] = {
            "time": number - self._first_month,
            "year": number // 12,
            "calendar_month": number % 12 + 1,
        }
        county = pd.Series(keys["county"].to_pandas().astype(str))
        for name, known in self._places.items():
            values[name] = county.map(known).to_numpy()
        if self.counties is not None:
            rows = pd.DataFrame({name: keys[name].to_pandas() for name in RUN}).astype({"scenario": str, "county": str})
            first = self._firsts.reindex(pd.MultiIndex.from_frame(rows))
            for name in PROGRAMS:
                missing = first[name].isna().to_numpy()
                values[f"ever_{name}"] = ~missing
                values[f"first_{name}"] = _with_gaps(first[name].fillna(0).to_numpy() - self._first_month, missing)
        for book in self.books:
            names = (wide_name(book, kind) for kind in product(CRIMES, TARGET_GROUPS))
            columns = [counts[name].to_numpy(zero_copy_only=False) for name in names]
            table = np.stack(columns, axis=-1).reshape(-1, len(CRIMES), len(TARGET_GROUPS))
            for total, by_group in totals_of(table).items():
                values[f"{book}_{total}"] = by_group.sum(axis=-1)
        return values

    @cached_property
    def _places(self) -> dict[str, dict[str, Any]]:
        """State and population by county."""
        if not self.world.is_file():
            return {}
        with open_parquet(self.world) as file:
            world = file.read(["county", "state", "persons"]).to_pandas()
        county = world["county"].astype(str)
        names = {"state": world["state"].astype(str), "population": world["persons"].astype(float)}
        return {name: dict(zip(county, column, strict=True)) for name, column in names.items()}

    @cached_property
    def _first_month(self) -> int:
        """The first month of the results, from which time counts."""
        first = next(iter(self.table.batches(["month"])))
        return month_number(str(first.column("month")[0]))

    @cached_property
    def _firsts(self) -> Any:
        """The month in which each program began, by scenario, replication and county; missing where it never did."""
        import pandas as pd

        assert self.counties is not None
        pieces = []
        for batch in self.counties.batches([*RUN, "month", *PROGRAMS]):
            rows = batch.to_pandas().astype({"scenario": str, "county": str, "month": str})
            rows["month"] = rows["month"].map({month: month_number(month) for month in rows["month"].unique()})
            for name in PROGRAMS:
                rows[name] = rows["month"].where(rows[name])
            pieces.append(rows.groupby(list(RUN))[list(PROGRAMS)].min())
        return pd.concat(pieces).groupby(level=list(RUN)).min()


def _with_gaps(values: Any, missing: Any) -> Any:
    import pyarrow as pa

    return pa.array(values.astype(np.int32), pa.int32(), mask=missing)
