"""What the documents say: the clause base, its lexicon and the index over both. Knows no messenger."""
