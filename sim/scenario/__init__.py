"""What a user wrote, read strictly: scenarios and comparisons, with every fault told by its line."""
