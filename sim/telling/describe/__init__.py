"""The model described from its own code: an overview, an ODD protocol and a JSON Schema."""
