"""Messengers: each folder an adapter that turns its events into calls of the service, and replies into its messages."""
