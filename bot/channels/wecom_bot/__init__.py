"""WeCom's 智能机器人 by its long connection: nobody needs to reach us, we connect to WeCom.

Frames are JSON: ``{cmd, headers: {req_id}, body}``, answered by ``{headers: {req_id}, errcode, errmsg}``.
"""
