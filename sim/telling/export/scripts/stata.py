"""The scripts in Stata: reghdfe and ppmlhdfe for regressions, else means by hand."""

from __future__ import annotations

HEAD = """\
* @LABEL@.
*
* do @NAME@.do [BACKGROUND BOOK CRIME GROUP]     by default: @EXAMPLE@
* shows the estimate of that row of estimates.csv, replication 0. Run it in the folder that panel.csv lies in.
* It needs, once:  ssc install ftools / reghdfe / ppmlhdfe / ivreg2 / ivreghdfe

args background book crime group
if "`background'" == "" {
    local background @BACKGROUND@
    local book @BOOK@
    local crime @CRIME@
    local group @GROUP@
}
import delimited using panel.csv, clear varnames(1) case(preserve) stringcols(3 4)
keep if background == "`background'"
"""
BOOKS = """\
generate double events = `book'_`crime'_`group'
generate double weight = people_`group'
* counties that both worlds can tell of, and in which the program is not there from the first period on
@EVENTS@
bysort county: egen double people = min(weight)
keep if people > 0 & first != 1@CONDITION@ & world == "program"
egen id = group(county)
@OUTCOME@
"""
EVENTS = {
    "every": "bysort county: egen double enough = min(events)",
    "some": "bysort county world: egen double total = total(events)\nbysort county: egen double enough = min(total)",
}
SURVEY = """\
local part = cond("`book'" == "victimization_rate", "told", "reported") + "_`crime'_`group'"
local whole = cond("`book'" == "victimization_rate", "asked_`group'", "told_`crime'_`group'")
keep if world == "program" & first != 1
egen id = group(county)
generate double asked = asked_`group'
* where nobody is asked other members of a household told it
generate double part = cond(asked > 0, `part', 0)
generate double size = cond(asked > 0, `whole', 0)
generate double y = cond(size > 0, part / size, 0)
"""
LAST = """\
* the first of the last quarter of counties to start
preserve
keep if period == 1 & first > 0
sort first
local place = _N - max(ceil(0.25 * _N), 1) + 1
local last = first[`place']
restore
"""
MEANS = """\
scalar total = 0
scalar mass = 0
levelsof first if first > 0@COHORTS@, local(cohorts)
quietly summarize period
local end = @END@
foreach g of local cohorts {
    local base = `g' - 1
    tempvar before change
    bysort id: egen double `before' = total(cond(period == `base', y, 0))
    generate double `change' = y - `before'
    forvalues t = `g'/`end' {
        quietly summarize `change' [aw=weight] if first == `g' & period == `t'
        scalar own = r(mean)
        scalar people = r(sum_w)
        quietly count if period == `t' & (@CONTROLS@)
        if r(N) > 0 {
            quietly summarize `change' [aw=weight] if period == `t' & (@CONTROLS@)
            scalar total = scalar(total) + (scalar(own) - r(mean)) * scalar(people)
            scalar mass = scalar(mass) + scalar(people)
        }
    }
    drop `before' `change'
}
display %12.0g scalar(total) / scalar(mass)
"""
DOSE = """\
* people detained under the program so far, an inhabitant, in parts of its mean where the program is
generate double dose = away / people_all
quietly summarize dose [aw=weight] if first > 0 & period >= first
replace dose = dose / r(mean)
"""
BODIES = {
    "two_way": "reghdfe y treated [aw=weight], absorb(id period) vce(cluster id)\n",
    "county_trends": "reghdfe y treated [aw=weight], absorb(id id#c.period period) vce(cluster id)\n",
    "poisson": "ppmlhdfe events treated, absorb(id period) exposure(weight) vce(cluster id)\n",
    "event_study": """\
local ends @HORIZONS@
* whatever lies further from the start is one dummy; 99 stands for the reference, the period before
generate since = cond(first == 0, -1, min(max(period - first, -`ends'), `ends'))
replace since = 99 if since == -1
generate shifted = cond(since == 99, 0, since + 100)
reghdfe y ib0.shifted [aw=weight], absorb(id period) vce(cluster id)
quietly summarize weight if since >= 0 & since < 99
scalar mass = r(sum)
local mean
forvalues h = 0/`ends' {
    quietly summarize weight if since == `h'
    if r(N) > 0 {
        local share = r(sum) / scalar(mass)
        local term = `h' + 100
        local mean `mean' `plus' `share' * `term'.shifted
        local plus +
    }
}
lincom `mean'
""",
    "callaway_santanna": "* csdid gives errors too; by hand:\n"
    + MEANS.replace("@COHORTS@", "")
    .replace("@END@", "r(max)")
    .replace("@CONTROLS@", "first == 0 | (first > `t' & first > `g')"),
    "sun_abraham": LAST
    + MEANS.replace("@COHORTS@", " & first < `last'")
    .replace("@END@", "`last' - 1")
    .replace("@CONTROLS@", "first == 0 | first >= `last'"),
    "imputation": """\
* a line needs two periods before the start
@DROP@
generate byte untreated = first == 0 | period < first
reghdfe y [aw=weight] if untreated, absorb(@ABSORB@) residuals(left) keepsingletons tolerance(1e-12)
* effects of counties and periods hold for treated cells too
@PREDICT@
generate double level = y - left - fitted
quietly summarize level
generate double effect = y - r(mean) - fitted
quietly summarize first
local end = r(max)
quietly count if first == 0
if r(N) > 0 local end = .
summarize effect [aw=weight] if !untreated & period < `end'
""",
    "detained": DOSE + "reghdfe y dose [aw=weight], absorb(id period) vce(cluster id)\n",
    "detained_instrumented": DOSE + "ivreghdfe y (dose = treated) [aw=weight], absorb(id period) cluster(id)\n",
    "survey_two_way": "reghdfe y treated [aw=size] if size > 0, absorb(id period) vce(cluster id)\n",
    "survey_sun_abraham": "bysort id: egen double all = total(size)\nkeep if all > 0\n"
    + LAST
    + """\
generate cohort = cond(first == 0 | first >= `last', 0, first)
keep if period < `last'
collapse (sum) part size asked, by(cohort period)
generate double mean = part / size if size > 0
generate double base = mean if period == cohort - 1
bysort cohort (period): egen double before = max(base)
generate double other = mean if cohort == 0
bysort period: egen double control = max(other)
generate double control_before = .
levelsof cohort if cohort > 0, local(cohorts)
foreach g of local cohorts {
    quietly summarize mean if cohort == 0 & period == `g' - 1
    replace control_before = r(mean) if cohort == `g'
}
generate double effect = mean - before - control + control_before
summarize effect [aw=asked] if cohort > 0 & period >= cohort
""",
}
PLAIN = {
    "@DROP@": "",
    "@ABSORB@": "county_effect=id period_effect=period",
    "@PREDICT@": """\
bysort id: egen double own = max(county_effect)
bysort period: egen double common = max(period_effect)
generate double fitted = own + common""",
}
TRENDS = {
    "@DROP@": "drop if first == 2",
    "@ABSORB@": "county_effect=id slope=id#c.period period_effect=period",
    "@PREDICT@": """\
bysort id: egen double own = max(county_effect)
bysort id: egen double line = max(slopeSlope1)
bysort period: egen double common = max(period_effect)
generate double fitted = own + line * period + common""",
}
