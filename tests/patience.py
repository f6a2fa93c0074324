"""How long tests wait for what must come. A limit only ends a test that hangs: it is no promise, and costs no time."""

PATIENCE = 240.0
"""Seconds; more than anything takes on a machine that is busy with other work."""
