"""Replies, each built whole from verbatim text. Imported by the rules; knows nothing of matching."""
