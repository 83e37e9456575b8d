"""The conformance corpus of the judge: cases as data, what they must come to, and who runs them against whom.

`README.md` has the format. `python -m corpus` makes, runs and tries it.
"""
