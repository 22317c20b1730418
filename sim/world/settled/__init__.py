"""The state in which a world stands still: what years under the programs before the start lead to."""
