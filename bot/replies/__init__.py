"""The bot's own sentences, one file a language, and what reads them."""
