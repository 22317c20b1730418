"""Every decision once: small scalar functions, numbers in and number out, compiled, that both engines call."""
