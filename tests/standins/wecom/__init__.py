"""WeCom: the long connection of the 智能机器人 (openws.py), and the HTTP API with its callbacks (qyapi.py)."""
