"""What is learned from phrasings, and scored."""
