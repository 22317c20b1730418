"""Reports as a page that can be mailed, and as a table on the terminal."""
