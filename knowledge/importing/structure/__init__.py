"""Lines, layout, numbering and tables of a document."""
