"""How Siyu does things: reading files, building tables, checking, publishing, reporting.

Nothing here knows a business rule or a platform; those stand in `assets/`. The one exception is `simulate`, which plays
a merchant.
"""
