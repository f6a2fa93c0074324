"""The text of a file, whatever its format."""
