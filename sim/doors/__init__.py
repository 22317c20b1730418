"""Where a user comes in: the command line and the functions for notebooks."""
