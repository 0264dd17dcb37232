"""Keeping a home whole: what it is made of, whether that is still so, a copy of it elsewhere.

What belongs here: versions, verifying, backups. What does not: making numbers (steps/), printing (cli/).
"""
