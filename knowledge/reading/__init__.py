"""A question read: cut, mended, in the vocabulary of the base."""
