"""A question and a conversation in, a reply out. Pure: no input or output, and the clock is handed in."""
