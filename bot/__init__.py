"""Who asks, and how it reaches them: understanding, dialogue, decision, composition, and the channels."""
