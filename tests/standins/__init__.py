"""Stand-ins of messengers, on the loopback interface: they refuse what the real ones refuse, and fail when told to."""
