"""What a document states: units, references, repeals, figures with their cases."""
