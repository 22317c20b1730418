"""Tables that a user brings, read in one way: separators, numbers, days and codes, each fault with its line."""
