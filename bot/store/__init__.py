"""What must survive a crash: the journal of updates, conversations, feedback."""
