"""The words of the model, spelled once: names, codes, months, the phases and what is said of mistakes."""
