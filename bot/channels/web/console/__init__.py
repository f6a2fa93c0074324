"""The console: what the staff do in a browser. It calls the service and bot/staff; it decides nothing by itself."""
