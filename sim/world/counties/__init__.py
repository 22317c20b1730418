"""The counties of a world: from a file, or made to published distributions."""
