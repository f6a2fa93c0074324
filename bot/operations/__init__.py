"""What those who run the bot look at: metrics, logs, health."""
