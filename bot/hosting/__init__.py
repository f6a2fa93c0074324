"""All configured messengers in one process, over one store: composed, run, checked. Knows every channel."""
