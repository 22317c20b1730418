"""The engine to read, to teach with and to extend: every person is an agent."""
