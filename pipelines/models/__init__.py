"""Models of probability: likelihoods and what follows from their estimates, over numbers alone.

What belongs here: mathematics that a model in assets/metrics asks for. What does not: which rows it is fitted on, in
which units, and when it is refused (assets/metrics/*.py); anything that opens a database or knows a table.
"""
