"""What passes between the rooms: values that do nothing."""
