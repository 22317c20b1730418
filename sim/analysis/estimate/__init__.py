"""What an evaluator concludes from a panel of counties: estimators of a program's effect and how sure they can be."""
