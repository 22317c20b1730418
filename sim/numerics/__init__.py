"""The compiler's one door, and random draws that depend only on who, when and why."""
