"""What Word shows of a docx: its parts, styles, numbers, paragraphs, tables, and what of it was not taken."""
