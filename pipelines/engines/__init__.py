"""Engines: the same SQL files, the same tables, on DuckDB or on Spark."""
