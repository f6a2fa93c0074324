"""Chinese text: folding, phrases, printed forms, money and numbers."""
