"""One run: from the files in landing to a published snapshot and a report, step by step.

    order.py          which step comes after which, and what a failed one stops
    work.py           what each step does and leaves behind
    begin.py          the lock, the tables that every step counts on, the entry in the record
    watch.py          what somebody outside learns of a run while it goes on
    record.py         the record of runs, ops.runs
    from_landing.py   `--full`: what is forgotten first
    new_key.py        `siyu key new`, `siyu key rotate`: another key, and all to be read again
    hold.py           the note that a publication is held back
    reporting.py      a report from the current snapshot, with that note on its face

Whether there is anything to do, and how it all came out, is pipelines/run.py's to say. Nothing here imports Dagster.
"""
