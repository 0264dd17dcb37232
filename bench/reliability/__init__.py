"""What a home goes through and survives: kills, faults, bad input, concurrency; seeded scripts that print figures.

What belongs here: `python -m bench.reliability.NAME`, from which bench/RELIABILITY.md is written. What does not: speed.
"""
