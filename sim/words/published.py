"""Published figures on which parameters rest or with which results are compared, by the numbers that name them.

Those that begin with V are kept for validation: no parameter rests on them.
"""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """A published figure.

    ``sureness`` is ``read`` in the publication, ``as quoted elsewhere``, ``worked out`` from published numbers, or
    ``not checked``: from memory, to be taken as indicative.
    """

    what: str
    value: str
    period: str
    publication: str
    sureness: str


FIGURES: dict[str, Figure] = {
    "T01": Figure(
        "Homicides recorded", "5.7 per 100000 persons per year", "2007", "FBI estimated national offences", "read"
    ),
    "T02": Figure(
        "Rapes recorded, older definition",
        "30.6 per 100000 persons per year",
        "2007",
        "FBI estimated national offences",
        "read",
    ),
    "T03": Figure(
        "Robberies recorded", "148.3 per 100000 persons per year", "2007", "FBI estimated national offences", "read"
    ),
    "T04": Figure(
        "Aggravated assaults recorded",
        "287.2 per 100000 persons per year",
        "2007",
        "FBI estimated national offences",
        "read",
    ),
    "T05": Figure(
        "Burglaries recorded", "726.1 per 100000 persons per year", "2007", "FBI estimated national offences", "read"
    ),
    "T06": Figure(
        "Larcenies recorded", "2185.4 per 100000 persons per year", "2007", "FBI estimated national offences", "read"
    ),
    "T07": Figure(
        "Motor vehicle thefts recorded",
        "364.9 per 100000 persons per year",
        "2007",
        "FBI estimated national offences",
        "read",
    ),
    "T08": Figure("Rapes of which police are told", "0.35 share", "2006-2010", "BJS NCJ 238536", "read"),
    "T09": Figure(
        "Robberies of which police are told", "0.59 share", "2006-2010", "BJS NCJ 238536 table 1", "not checked"
    ),
    "T10": Figure(
        "Aggravated assaults of which police are told",
        "0.56 share",
        "2006-2010",
        "BJS NCJ 238536 table 1",
        "not checked",
    ),
    "T11": Figure(
        "Burglaries of which police are told", "0.55 share", "2006-2010", "BJS NCJ 238536 table 1", "not checked"
    ),
    "T12": Figure("Thefts of which police are told", "0.33 share", "2006-2010", "BJS NCJ 238536", "read"),
    "T13": Figure("Motor vehicle thefts of which police are told", "0.83 share", "2006-2010", "BJS NCJ 238536", "read"),
    "T14": Figure(
        "Share reported by Hispanic victims less that by others, before Secure Communities",
        "0 (se 0.04) share points",
        "before activation",
        "BJS finds no gap for violence 1993-2000; Gonçalves Jácome and Weisburst chart",
        "read",
    ),
    "T15": Figure(
        "Recorded violent crimes cleared", "0.455 share", "2005", "FBI Crime in the United States 2005", "read"
    ),
    "T16": Figure(
        "Recorded property crimes cleared", "0.163 share", "2005", "FBI Crime in the United States 2005", "read"
    ),
    "T17": Figure("Recorded murders cleared", "0.621 share", "2005", "FBI Crime in the United States 2005", "read"),
    "T18": Figure("Recorded burglaries cleared", "0.127 share", "2005", "FBI Crime in the United States 2005", "read"),
    "T19": Figure(
        "Arrests for any offence",
        "4743 per 100000 persons per year",
        "2007",
        "FBI Crime in the United States 2007",
        "read",
    ),
    "T20": Figure(
        "Arrests that are for index offences",
        "0.157 share",
        "2007",
        "computed from FBI Crime in the United States 2007 tables",
        "read",
    ),
    "T21": Figure("People who are no citizens", "0.073 share", "2010", "American Community Survey", "read"),
    "T22": Figure("People without lawful status", "0.037 share", "2010", "Pew Hispanic Center", "read"),
    "T23": Figure(
        "Violent felony arrest rate of unauthorized people over that of people born in the United States; disputed",
        "0.5 ratio (at most)",
        "2012-2018",
        "Light He and Robey 2020 PNAS",
        "read",
    ),
    "T24": Figure(
        "The same for property felonies; disputed",
        "0.25 ratio (at most)",
        "2012-2018",
        "Light He and Robey 2020 PNAS",
        "read",
    ),
    "T25": Figure(
        "People taken into ICE custody for each fingerprint sent, where Secure Communities was active",
        "0.0273 ratio",
        "2008-10 to 2011-03",
        "ICE statistics",
        "read",
    ),
    "T26": Figure(
        "People removed so far for each fingerprint sent, there",
        "0.0141 ratio",
        "2008-10 to 2011-03",
        "ICE statistics",
        "read",
    ),
    "T27": Figure(
        "People removed through Secure Communities who had a conviction",
        "0.712 share",
        "2008-10 to 2011-03",
        "ICE statistics",
        "read",
    ),
    "T28": Figure(
        "Detainers for each match, first ten months",
        "0.201 ratio",
        "2008-10 to 2009-08",
        "ICE via a county agenda packet",
        "read",
    ),
    "T29": Figure(
        "Rise of transfers to ICE custody when a county is activated",
        "0.50 (se 0.15) relative change",
        "2008-2013",
        "NBER Digest April 2024 (the same page also says doubled)",
        "read",
    ),
    "T30": Figure(
        "Removals in the gravest level",
        "0.29 share",
        "Secure Communities",
        "the American Immigration Council on Cox and Miles",
        "read",
    ),
    "T31": Figure(
        "Transfers to ICE custody that are of Hispanic people",
        "0.90 share",
        "2008-2013",
        "NBER Digest April 2024",
        "read",
    ),
    "T32": Figure(
        "Change of the share of incidents that Hispanic victims report",
        "-0.30 (se 0.116) relative change",
        "NCVS 2006-2015",
        "Gonçalves Jácome and Weisburst 2026 table 2",
        "as quoted elsewhere",
    ),
    "T33": Figure(
        "Change of the monthly victimization of Hispanic people",
        "0.00152 (se 0.00067) per person-month (base 0.009)",
        "NCVS 2006-2015",
        "Gonçalves Jácome and Weisburst 2026 table 2",
        "as quoted elsewhere",
    ),
    "T34": Figure(
        "Change of the monthly victimization of others",
        "0.00003 (se 0.00035) per person-month",
        "NCVS 2006-2015",
        "Gonçalves Jácome and Weisburst 2026 table 2",
        "as quoted elsewhere",
    ),
    "T35": Figure(
        "Change of recorded index crime at activation, with county trends",
        "0 (se 0.0046, or 0.010) log points",
        "2004-2012",
        "Miles and Cox 2014",
        "as quoted elsewhere",
    ),
    "T36": Figure(
        "Loss of willingness to call among Latinos born in the United States over that among unauthorized people",
        "0.40 (se 0.20) ratio (28 to 70 percent)",
        "2012",
        "Theodore 2013",
        "read",
    ),
    "T37": Figure(
        "Counties active at the ends of 2008, 2009, 2010, 2011, in June 2012 and on 22 January 2013",
        "14 / 105 / 895 / 1994 / 3037 / 3143 counties of 3143",
        "2008-2013",
        "ICE activated-jurisdictions list",
        "read",
    ),
    "T38": Figure(
        "Rank correlation of the month of activation with the share of noncitizens",
        "-0.357 Spearman",
        "2008-2013",
        "computed from us_counties.csv",
        "read",
    ),
    "T39": Figure(
        "Offences by the most active 18 percent of those with any",
        "0.52 share",
        "Philadelphia cohort",
        "Wolfgang Figlio and Sellin 1972",
        "not checked",
    ),
    "T40": Figure(
        "Removals from the interior that are of parents of citizen children",
        "0.37 (se 0.09) share (72000 of 368644)",
        "FY2013",
        "American Immigration Council 72000 parents; interior removals 133551",
        "worked out",
    ),
    "T41": Figure(
        "Matches for each fingerprint sent, first ten months",
        "0.116 ratio",
        "2008-10 to 2009-08",
        "82890 matches over inferred submissions",
        "worked out",
    ),
    "T42": Figure(
        "Fingerprints sent for each arrest",
        "0.83 ratio",
        "2008-10 to 2011-03",
        "7.23 million submissions over active person-years",
        "worked out",
    ),
    "T43": Figure(
        "Unauthorized people released who are arrested again within a year",
        "0.32 (se 0.08) share",
        "Los Angeles jail 2002",
        "RAND via Los Angeles Times; Hickman and Suttorp 2008",
        "read",
    ),
    "T44": Figure(
        "Violent offenders against Hispanic victims who are Hispanic",
        "0.40 share",
        "2012-2015",
        "BJS NCJ 250747",
        "read",
    ),
    "T45": Figure(
        "Violent offenders against other victims who are Hispanic", "0.10 share", "2012-2015", "BJS NCJ 250747", "read"
    ),
    "T46": Figure(
        "Simple assaults of people of 12 and over, told to the survey",
        "15.4 per year",
        "2011",
        "BJS Criminal Victimization 2012",
        "read",
    ),
    "T47": Figure(
        "Violent victims hit twice or more in a year, and what they bear of all violence",
        "0.17 / 0.54 shares",
        "2010",
        "BJS repeat victimization",
        "read",
    ),
    "T48": Figure(
        "Households hit twice or more by property crime in a year, and what they bear",
        "0.18 / 0.41 shares",
        "2010",
        "BJS repeat victimization",
        "read",
    ),
    "T49": Figure(
        "Monthly victimization of Hispanic people at activation and four and eight quarters later",
        "0.875 / 1.15 / 0.85 percent (read from a chart; low weight)",
        "event time",
        "NBER Digest April 2024 figure",
        "read",
    ),
    "T50": Figure(
        "First calls about violence by the victim, by others, by officers at the scene",
        "0.50 / 0.40 / 0.06 shares",
        "2000",
        "BJS 2003 Reporting Crime to the Police",
        "read",
    ),
    "T51": Figure(
        "Days from a felony arrest to its disposition, and share released before",
        "85 / 0.57 days / share",
        "2004",
        "BJS felony defendants",
        "read",
    ),
    "T52": Figure("Stays in ICE custody that end within a month", "0.70 share", "2012", "TRAC 2013", "read"),
    "T53": Figure(
        "Violent victims hit six times or more in a year, and what they bear",
        "0.05 / 0.27 shares",
        "2014",
        "BJS Repeat Violent Victimization 2005-14",
        "read",
    ),
    "T54": Figure(
        "Share of incidents reported before activation, of Hispanic and other victims",
        "0.30 to 0.375 share",
        "8 quarters before activation",
        "NBER Digest April 2024 figure",
        "read",
    ),
    "T55": Figure(
        "Detainers that are followed by ICE custody",
        "0.40 share (at most)",
        "2014-2016",
        "TRAC August 2016 as quoted by a law publisher",
        "as quoted elsewhere",
    ),
    "T56": Figure(
        "Elasticity of offending to the chance that a crime is reported",
        "0.79 elasticity",
        "2006-2015",
        "Gonçalves Jácome and Weisburst CES-WP-26-23 (April 2026)",
        "read",
    ),
    "V01": Figure(
        "Robberies told to the survey",
        "3.1 (se 0.3) per 1000 persons of 12 and over",
        "2007",
        "BJS Criminal Victimization",
        "read",
    ),
    "V02": Figure(
        "Aggravated assaults told to the survey",
        "4.9 (se 0.4) per 1000 persons of 12 and over",
        "2007",
        "BJS Criminal Victimization",
        "read",
    ),
    "V03": Figure(
        "Violent crimes told to the survey",
        "27.2 (se 1.1) per 1000 persons of 12 and over",
        "2007",
        "BJS Criminal Victimization",
        "read",
    ),
    "V04": Figure("Violent crimes that are reported", "0.463 share", "2007", "BJS Criminal Victimization", "read"),
    "V05": Figure("Property crimes that are reported", "0.372 share", "2007", "BJS Criminal Victimization", "read"),
}
