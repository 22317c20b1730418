"""The rules of the model: one small scalar function each, numbers in and number out.

Both engines call these same compiled functions. A rule takes no draw, clock or array of its own; a uniform that decides
is handed to it.
"""
