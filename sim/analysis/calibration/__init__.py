"""Which parameters agree with published figures: emulators of worlds, posterior draws, and where to look next."""
