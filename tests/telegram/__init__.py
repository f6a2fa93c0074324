"""Runs of the whole bot as a real process against the stand-in server: killing it, loading it, PostgreSQL."""
