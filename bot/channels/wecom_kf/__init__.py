"""WeCom's 微信客服: people in ordinary WeChat; a callback only says that there is something, which is then read."""
