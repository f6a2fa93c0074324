"""The rules by which a question is answered: the first that knows what to do does."""
