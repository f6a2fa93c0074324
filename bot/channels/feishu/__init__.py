"""A Feishu bot by webhook: events are signed and encrypted, answers are cards of plain text with buttons."""
