"""The scripts in R: fixest for regressions, else nothing but R itself."""

from __future__ import annotations

HEAD = """\
# @LABEL@.
#
# Rscript @NAME@.R [BACKGROUND BOOK CRIME GROUP]     by default: @EXAMPLE@
# prints the estimate of that row of estimates.csv, replication 0@ERRORS@. Run it in the folder that panel.csv lies in.

options(digits = 12)
given <- commandArgs(trailingOnly = TRUE)
if (length(given) == 0) given <- c(@DEFAULTS@)
background <- given[1]; book <- given[2]; crime <- given[3]; group <- given[4]
panel <- read.csv("panel.csv", colClasses = c(county = "character", state = "character"))
panel <- panel[panel$background == background, ]
"""
BOOKS = """\
panel$events <- panel[[paste(book, crime, group, sep = "_")]]
panel$weight <- panel[[paste("people", group, sep = "_")]]
# counties that both worlds can tell of, and in which the program is not there from the first period on
events <- @EVENTS@
people <- tapply(panel$weight, panel$county, min)
first <- tapply(panel$first, panel$county, min)
kept <- names(people)[people > 0 & first != 1@CONDITION@]
data <- panel[panel$world == "program" & panel$county %in% kept, ]
data$id <- as.integer(factor(data$county))
@OUTCOME@
"""
EVENTS = {
    "every": "tapply(panel$events, panel$county, min)",
    "some": "apply(tapply(panel$events, list(panel$county, panel$world), sum), 1, min)",
}
SURVEY = """\
asked <- paste("asked", group, sep = "_")
told <- paste("told", crime, group, sep = "_")
reported <- paste("reported", crime, group, sep = "_")
part <- if (book == "victimization_rate") told else reported
whole <- if (book == "victimization_rate") asked else told
data <- panel[panel$world == "program" & panel$first != 1, ]
there <- data[[asked]] > 0 # where nobody is asked other members of a household told it
data$asked <- data[[asked]]
data$part <- ifelse(there, data[[part]], 0)
data$size <- ifelse(there, data[[whole]], 0)
data$y <- ifelse(data$size > 0, data$part / data$size, 0)
"""
LAST = """\
late <- sort(@FIRST@)
last <- late[length(late) - max(ceiling(0.25 * length(late)), 1) + 1] # first of the last quarter of counties to start
"""
DOSE = """\
# people detained under the program so far, an inhabitant, in parts of its mean where the program is
data$dose <- data$away / data$people_all
there <- data$first > 0 & data$period >= data$first
data$dose <- data$dose / weighted.mean(data$dose[there], data$weight[there])
"""
FIXEST = "library(fixest)\n\n"
BODIES = {
    "two_way": FIXEST
    + """\
fit <- feols(y ~ treated | county + period, data, weights = ~weight, cluster = ~county)
print(c(estimate = coef(fit)[["treated"]], se_county = se(fit)[["treated"]]))
""",
    "county_trends": FIXEST
    + """\
fit <- feols(y ~ treated | county[period] + period, data, weights = ~weight)
# trends are nested in counties, as county effects are; fixest counts them as parameters, with larger errors
left <- resid(feols(treated ~ 1 | county[period] + period, data, weights = ~weight))
scores <- tapply(data$weight * left * resid(fit), data$county, sum) / sum(data$weight * left^2)
spent <- (nrow(data) - 1) / (nrow(data) - 1 - length(unique(data$period)))
counties <- length(scores)
print(c(estimate = coef(fit)[["treated"]], se_county = sqrt(spent * counties / (counties - 1) * sum(scores^2))))
""",
    "poisson": FIXEST
    + """\
fit <- fepois(events ~ treated | county + period, data, offset = ~log(weight), cluster = ~county)
print(c(estimate = coef(fit)[["treated"]], se_county = se(fit)[["treated"]]))
""",
    "event_study": FIXEST
    + """\
ends <- @HORIZONS@ # whatever lies further from the start is one dummy
data$since <- ifelse(data$first == 0, -1, pmin(pmax(data$period - data$first, -ends), ends))
fit <- feols(y ~ i(since, ref = -1) | county + period, data, weights = ~weight, cluster = ~county)
horizon <- as.integer(sub("since::", "", names(coef(fit))))
share <- sapply(horizon, function(it) if (it < 0) 0 else sum(data$weight[data$since == it]))
share <- share / sum(share)
print(c(estimate = sum(share * coef(fit)), se_county = sqrt(c(share %*% vcov(fit) %*% share))))
""",
    "callaway_santanna": """\
# by hand, without errors; the package did (GPL) gives them too, aggte(type = "simple") of
# att_gt("y", "period", "id", "first", data = data, weightsname = "weight", control_group = "notyettreated",
#   base_period = "universal", est_method = "reg", bstrap = FALSE, cband = FALSE)
change <- function(who, from, to) {
  mine <- data[who & data$period == to, ]
  before <- data[data$period == from, ]
  weighted.mean(mine$y - before$y[match(mine$county, before$county)], mine$weight)
}
total <- 0
mass <- 0
for (g in setdiff(unique(data$first), 0)) {
  for (t in g:max(data$period)) {
    others <- data$first == 0 | (data$first > t & data$first > g)
    if (any(others)) {
      people <- sum(data$weight[data$first == g & data$period == t])
      total <- total + (change(data$first == g, g - 1, t) - change(others, g - 1, t)) * people
      mass <- mass + people
    }
  }
}
print(total / mass)
""",
    "sun_abraham": FIXEST
    + LAST.replace("@FIRST@", "data$first[data$first > 0 & data$period == 1]")
    + """\
data <- data[data$period < last, ]
data$cohort <- ifelse(data$first == 0 | data$first >= last, 10000, data$first)
fit <- feols(y ~ sunab(cohort, period) | county + period, data, weights = ~weight, cluster = ~county)
found <- coeftable(summary(fit, agg = "att"))["ATT", ]
print(c(estimate = found[["Estimate"]], se_county = found[["Std. Error"]]))
""",
    "imputation": FIXEST
    + """\
trends <- @TRENDS@
if (trends) data <- data[data$first == 0 | data$first > 2, ] # a line needs two periods before the start
untreated <- data[data$first == 0 | data$period < data$first, ]
fit <- if (trends) {
  feols(y ~ i(period) | county[period], untreated, weights = ~weight)
} else {
  feols(y ~ i(period) | county, untreated, weights = ~weight)
}
end <- if (any(data$first == 0)) Inf else max(data$first) # from then on nobody is left to compare with
target <- data[data$first > 0 & data$period >= data$first & data$period < end, ]
print(weighted.mean(target$y - predict(fit, target), target$weight))
""",
    "detained": FIXEST
    + DOSE
    + """\
fit <- feols(y ~ dose | county + period, data, weights = ~weight, cluster = ~county)
print(c(estimate = coef(fit)[["dose"]], se_county = se(fit)[["dose"]]))
""",
    "detained_instrumented": FIXEST
    + DOSE
    + """\
fit <- feols(y ~ 1 | county + period | dose ~ treated, data, weights = ~weight, cluster = ~county)
print(c(estimate = coef(fit)[["fit_dose"]], se_county = se(fit)[["fit_dose"]]))
""",
    "survey_two_way": FIXEST
    + """\
fit <- feols(y ~ treated | county + period, data[data$size > 0, ], weights = ~size, cluster = ~county)
print(c(estimate = coef(fit)[["treated"]], se_county = se(fit)[["treated"]]))
""",
    "survey_sun_abraham": """\
data <- data[ave(data$size, data$county, FUN = sum) > 0, ]
"""
    + LAST.replace("@FIRST@", "data$first[data$first > 0 & data$period == 1]")
    + """\
data$cohort <- ifelse(data$first == 0 | data$first >= last, 0, data$first) # 0: those compared with
data <- data[data$period < last, ]
cells <- aggregate(cbind(part, size, asked) ~ cohort + period, data, sum)
value <- function(g, t) with(cells[cells$cohort == g & cells$period == t, ], if (size > 0) part / size else NA)
total <- 0
mass <- 0
for (g in setdiff(unique(cells$cohort), 0)) {
  for (t in g:(last - 1)) {
    effect <- value(g, t) - value(g, g - 1) - value(0, t) + value(0, g - 1)
    people <- cells$asked[cells$cohort == g & cells$period == t]
    if (!is.na(effect)) {
      total <- total + effect * people
      mass <- mass + people
    }
  }
}
print(total / mass)
""",
}
