"""What a question may be about, with probabilities, and the act of least cost. Knows nothing of replies."""
