"""Replies, each built whole from verbatim text."""
