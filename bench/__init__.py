"""Speed and memory against peers, in one run on the same rows. Never part of the tests; see RESULTS.md.

`make bench`, or `python -m bench --orders 1000000 --gigabytes 0.1` for a quick look.
"""
