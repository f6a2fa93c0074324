"""Which documents there are, what they are called, and whose they are."""
