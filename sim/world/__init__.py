"""Who lives where, under which programs: everything that a run needs before its first month."""
