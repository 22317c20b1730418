"""Our estimators beside those of other packages, and how long and how much memory they take."""
