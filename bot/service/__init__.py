"""What people and staff can do, in words of no messenger."""
