"""A DingTalk robot by Stream: a connection that we make, so that nobody needs to reach us."""
