"""Short scripts in Python, R and Stata that find the estimates of an evaluation again from its panel."""
