"""What is run and timed: our engines, toys and whole commands, in paired rounds."""
