"""The compiler's one door, random draws that depend only on who, when and why, and fixed points."""
