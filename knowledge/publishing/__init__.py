"""The base in the formats of others."""
