"""The page in the browser: a service on this machine that runs changed worlds at once and looks after batches."""
