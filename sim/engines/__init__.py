"""The month, twice: two engines that run the same rules and fill the same ledger."""
