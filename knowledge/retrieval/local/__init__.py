"""The search engine on this machine."""
