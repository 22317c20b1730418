"""The results as files: months as tables, how they are written and read, and what each column means."""
