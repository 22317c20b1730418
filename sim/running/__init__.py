"""A scenario and a seed become tables, in one run or in a batch of many."""
