"""Callbacks and the HTTP API of WeCom's applications and customer service, and of Official Accounts."""
