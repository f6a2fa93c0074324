"""Files read and written whole, with faults that name file and line."""
