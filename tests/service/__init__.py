"""The service, on a channel that lives in memory."""
