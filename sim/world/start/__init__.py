"""Who people are when a run starts, range by range of counties: all drawn from the settled state, so nothing drifts."""
