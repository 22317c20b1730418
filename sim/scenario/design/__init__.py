"""The points of a sweep: which parameters vary, over which values, in which design."""
