"""Official documents to policy folders ready for review."""
