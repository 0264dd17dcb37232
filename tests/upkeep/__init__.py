"""Keeping a home whole, and telling what is not."""
