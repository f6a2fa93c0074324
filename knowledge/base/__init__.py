"""The clause base as values, and reading and verifying its files."""
