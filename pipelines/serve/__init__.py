"""`siyu serve`: the reports, and one page on which any metric is asked, in a browser, over the published snapshot.

    questions.py   a metric as a form; what is asked, answered, and the people behind a number
    page.py        the page: what stands on it, what happens on a click
    site.py        who may see it: reports as files, passwords, headers

What belongs here: showing. What does not: any number (metrics.py, people_behind.py), any report (report/). Nothing here
writes, and nothing opens the warehouse itself.
"""
