"""Weights fitted on held-out writers and documents, and what the phrasings look like."""
