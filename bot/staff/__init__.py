"""Upkeep without messages: who the staff are, what was asked, teaching, reports."""
