"""A search cluster of three real nodes, and what becomes of the answers when some of them are killed."""
