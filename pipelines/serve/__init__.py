"""`siyu serve`: the reports, and one page on which any metric is asked, in a browser, over the published snapshot.

    questions.py   a metric as a form; what is asked, answered, and the people behind a number
    site.py        addresses, pages, reports as files; who may see them

What belongs here: showing. What does not: any number (metrics.py, people_behind.py), any report (report/). Nothing here
writes, and nothing opens the warehouse itself.
"""
