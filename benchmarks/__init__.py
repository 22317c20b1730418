"""Ratios measured side by side: the engines against small rivals, and the command line against bare Python."""
