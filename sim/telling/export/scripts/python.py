"""The scripts in Python: pyfixest for regressions, else pandas, NumPy and SciPy."""

from __future__ import annotations

HEAD = '''\
"""@LABEL@.

python @NAME@.py [BACKGROUND BOOK CRIME GROUP]     by default: @EXAMPLE@
prints the estimate of that row of estimates.csv, replication 0@ERRORS@.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

background, book, crime, group = sys.argv[1:] or (@DEFAULTS@)
panel = pd.read_csv(Path(__file__).parents[1] / "panel.csv", dtype={"county": str, "state": str})
panel = panel[panel["background"] == background]
'''
BOOKS = """\
panel = panel.assign(events=panel[f"{book}_{crime}_{group}"], weight=panel[f"people_{group}"].astype(float))
# counties that both worlds can tell of, and in which the program is not there from the first period on
events = @EVENTS@
people, first = panel.groupby("county")["weight"].min(), panel.groupby("county")["first"].min()
kept = (people > 0) & (first != 1)@CONDITION@
data = panel[(panel["world"] == "program") & panel["county"].map(kept)].sort_values(["county", "period"])
@OUTCOME@
"""
EVENTS = {
    "every": 'panel.groupby("county")["events"].min()',
    "some": 'panel.groupby(["county", "world"])["events"].sum().groupby("county").min()',
}
SURVEY = """\
asked = f"asked_{group}"
rates = {
    "victimization_rate": (f"told_{crime}_{group}", asked),
    "reporting_share": (f"reported_{crime}_{group}", f"told_{crime}_{group}"),
}
part, whole = rates[book]
data = panel[(panel["world"] == "program") & (panel["first"] != 1)]
there = data[asked] > 0  # where nobody is asked other members of a household told it
data = data.assign(part=data[part].where(there, 0).astype(float), size=data[whole].where(there, 0).astype(float))
data = data.assign(y=(data["part"] / data["size"].where(data["size"] > 0)).fillna(0.0))
"""
MATRICES = """\
y = data.pivot(index="county", columns="period", values="y").to_numpy()
x = data.pivot(index="county", columns="period", values="treated").to_numpy()
first = data.groupby("county")["first"].first().to_numpy()  # 0: never
weight = data.groupby("county")["weight"].first().to_numpy(dtype=float)
periods = np.arange(1, y.shape[1] + 1)
start = np.where(first == 0, 10**6, first)
"""
DOSE = """\
# people detained under the program so far, an inhabitant, in parts of its mean where the program is
dose = data["away"] / data["people_all"]
there = (data["first"] > 0) & (data["period"] >= data["first"])
data["dose"] = dose / np.average(dose[there], weights=data["weight"][there])
"""
BODIES = {
    "two_way": """\
import pyfixest as pf

fit = pf.feols("y ~ treated | county + period", data, weights="weight", vcov={"CRV1": "county"})
print(fit.coef()["treated"], fit.se()["treated"])
""",
    "county_trends": MATRICES
    + """\
# in a balanced panel with constant weights each county's line and each period's mean can be taken out in turn;
# pyfixest's own county slopes are passed over (its issue 1365)
time = periods - periods.mean()


def left(z):
    z = z - weight @ z / weight.sum()
    z = z - z.mean(axis=1, keepdims=True)
    return z - np.outer(z @ time, time) / (time @ time)


x, y = left(x), left(y)
square = (weight[:, None] * x**2).sum()
estimate = (weight[:, None] * x * y).sum() / square
scores = (weight[:, None] * x * (y - estimate * x)).sum(axis=1) / square
counties, number = len(scores), x.size
spent = (number - 1) / (number - 1 - len(periods)) * counties / (counties - 1)
print(estimate, np.sqrt(spent * (scores**2).sum()))
""",
    "poisson": """\
import pyfixest as pf

data = data.assign(offset=np.log(data["weight"]))
fit = pf.fepois(
    "events ~ treated | county + period", data, offset="offset", vcov={"CRV1": "county"}, iwls_tol=1e-12
)
print(fit.coef()["treated"], fit.se()["treated"])
""",
    "event_study": """\
import pyfixest as pf

ends = @HORIZONS@  # whatever lies further from the start is one dummy
since = (data["period"] - data["first"]).clip(-ends, ends)
data["since"] = since.where(data["first"] > 0, -1).astype(int)
horizons = [it for it in sorted(set(data["since"])) if it != -1]
names = [f"lead{-it}" if it < 0 else f"lag{it}" for it in horizons]
for name, it in zip(names, horizons):
    data[name] = (data["since"] == it).astype(float)
fit = pf.feols(f"y ~ {' + '.join(names)} | county + period", data, weights="weight", vcov={"CRV1": "county"})
effects = fit.coef()
share = pd.Series([(data["weight"] * data[it]).sum() if it.startswith("lag") else 0.0 for it in names], names)
share = (share / share.sum())[effects.index].to_numpy()
print(share @ effects.to_numpy(), np.sqrt(share @ fit._vcov @ share))
""",
    "callaway_santanna": MATRICES
    + """\
total = mass = 0.0
for cohort in np.unique(first[first > 0]):
    mine = first == cohort
    for period in periods[periods >= cohort]:
        others = (start > period) & (start > cohort)
        if others.any():
            change = y[:, period - 1] - y[:, cohort - 2]
            effect = np.average(change[mine], weights=weight[mine]) - np.average(change[others], weights=weight[others])
            total, mass = total + effect * weight[mine].sum(), mass + weight[mine].sum()
print(total / mass)
""",
    "sun_abraham": MATRICES
    + """\
late = np.sort(first[first > 0])
last = late[len(late) - max(int(np.ceil(0.25 * len(late))), 1)]  # first of the last quarter of counties to start
others = start >= last
total = mass = 0.0
for cohort in np.unique(first[(first > 0) & (first < last)]):
    mine = first == cohort
    for period in range(cohort, last):
        change = y[:, period - 1] - y[:, cohort - 2]
        effect = np.average(change[mine], weights=weight[mine]) - np.average(change[others], weights=weight[others])
        total, mass = total + effect * weight[mine].sum(), mass + weight[mine].sum()
print(total / mass)
""",
    "imputation": MATRICES
    + """\
from scipy.sparse import coo_matrix, hstack
from scipy.sparse.linalg import lsqr

trends = @TRENDS@
if trends:  # a line needs two periods before the start
    enough = start > 2
    y, start, weight = y[enough], start[enough], weight[enough]
rows, columns = np.indices(y.shape)
rows, columns, cells = rows.ravel(), columns.ravel(), np.arange(y.size)
ones = np.ones(y.size)
parts = [coo_matrix((ones, (cells, rows))), coo_matrix((ones, (cells, columns)))]
if trends:
    parts.append(coo_matrix((columns - columns.mean(), (cells, rows))))
design = hstack(parts).tocsr()
untreated = np.flatnonzero((periods[None] < start[:, None]).ravel())
root = np.sqrt(weight)[rows[untreated]]
weighted = design[untreated].multiply(root[:, None]).tocsr()
fitted = design @ lsqr(weighted, y.ravel()[untreated] * root, atol=1e-14, btol=1e-14, iter_lim=10**5)[0]
end = periods[-1] + 1 if (start == 10**6).any() else start.max()  # from then on nobody is left to compare with
target = ((periods[None] >= start[:, None]) & (periods[None] < end)).ravel()
print(np.average((y.ravel() - fitted)[target], weights=weight[rows[target]]))
""",
    "detained": """\
import pyfixest as pf

"""
    + DOSE
    + """\
fit = pf.feols("y ~ dose | county + period", data, weights="weight", vcov={"CRV1": "county"})
print(fit.coef()["dose"], fit.se()["dose"])
""",
    "detained_instrumented": """\
import pyfixest as pf

"""
    + DOSE
    + """\
fit = pf.feols("y ~ 1 | county + period | dose ~ treated", data, weights="weight", vcov={"CRV1": "county"})
print(fit.coef()["dose"], fit.se()["dose"])
""",
    "survey_two_way": """\
import pyfixest as pf

data = data[data["size"] > 0]
fit = pf.feols("y ~ treated | county + period", data, weights="size", vcov={"CRV1": "county"})
print(fit.coef()["treated"], fit.se()["treated"])
""",
    "survey_sun_abraham": """\
data = data[data.groupby("county")["size"].transform("sum") > 0]
first = data.groupby("county")["first"].first()
late = np.sort(first[first > 0].to_numpy())
last = late[len(late) - max(int(np.ceil(0.25 * len(late))), 1)]  # first of the last quarter of counties to start
data["cohort"] = np.where((data["first"] == 0) | (data["first"] >= last), 0, data["first"])  # 0: those compared with
data = data[data["period"] < last]
cells = data.groupby(["cohort", "period"])[["part", "size", asked]].sum()
mean = (cells["part"] / cells["size"]).where(cells["size"] > 0)
total = mass = 0.0
for cohort in sorted(set(data["cohort"]) - {0}):
    for period in range(cohort, last):
        effect = mean[cohort, period] - mean[cohort, cohort - 1] - mean[0, period] + mean[0, cohort - 1]
        people = cells.loc[(cohort, period), asked]
        if np.isfinite(effect):
            total, mass = total + effect * people, mass + people
print(total / mass)
""",
}
