"""WeCom's 自建应用: messages come by callback, answers go by message/send."""
