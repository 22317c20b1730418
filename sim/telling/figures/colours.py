"""The colours of all figures and pages, each with one meaning; those of books are Okabe's and Ito's.

Nothing is told by colour alone: books differ in line and mark, groups and programs in mark, more and less in sign.
"""

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#6E6E6E"

BOOKS = {"occurred": BLUE, "recorded": VERMILLION, "survey": "#00805D"}
"""What happened, what police recorded, what a survey hears."""
GAP = BLACK
"""The distance between observed and true."""
GROUPS = {"hispanic": "#6A1B7B", "other_noncitizen": "#A8458A", "other": "#5A5A5A"}
STATUSES = {"unauthorized": "#6A1B7B", "lawful_noncitizen": "#A8458A", "citizen": "#5A5A5A"}
"""People: the darker, the nearer to enforcement; of groups and of legal status alike."""
PEOPLE_MARKS = {
    "hispanic": "o",
    "other_noncitizen": "s",
    "other": "^",
    "unauthorized": "o",
    "lawful_noncitizen": "s",
    "citizen": "^",
}
PROGRAM_MARKS = "osD^vP*X<>"
"""Scenarios have marks and no colour."""
PROGRAM = "#333333"
LEVEL_FILLS: tuple[tuple[str, str], ...] = (("#222222", ""), ("#6E6E6E", ""), ("#ABABAB", "////"), ("#F2F2F2", ""))
"""Criminal records, the gravest darkest: colour and hatching."""
MORE_OR_LESS = "BrBG_r"
"""Map of colours of changes: brown for more, green for less, white for none."""
LEVELS = "cividis_r"
"""Map of colours of levels: the darker, the more."""
PARTS = (("#3D3D3D", ""), ("#B5B5B5", "////"))
"""Bars that are two measures of one thing."""
BEFORE, AFTER = "#8C8C8C", "#1F1F1F"
"""What is thought of a quantity before figures were looked at, and after; what is published is pale."""
PUBLISHED = "#E4E4E4"
SHADE = "#9A9A9A"
"""People reached or observed, beneath a course."""
