"""What an evaluator concludes from each book of a world with a program, beside the same world without it."""
