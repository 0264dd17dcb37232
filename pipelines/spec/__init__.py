"""What files of assets may say: typed headers and checks, read and refused in words of the file.

What belongs here: the shape of what stands in assets, and its reading. What does not: anything that opens a database or
knows one table, source or word by name.
"""
