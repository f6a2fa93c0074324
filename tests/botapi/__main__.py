"""Run the stand-in alone: `python -m tests.botapi --port 8081`; a line typed is a private message to the bot."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.botapi import TOKEN, BotApi, Limits, Sent


async def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description="strict stand-in Bot API server")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--limits", action="store_true", help="Telegram's real limits on sending")
    options = parser.parse_args()
    server = BotApi(options.token, limits=Limits() if options.limits else None)
    await server.start(options.port)
    print(f"TELEGRAM_API_URL={server.url} TELEGRAM_BOT_TOKEN={options.token}", flush=True)
    person = server.person("Tester", "tester")
    chat = server.private(person)

    def show(sent: Sent) -> None:
        print(f"{'edited' if sent.edited else 'sent'}: {sent.text}")
        for number, button in enumerate(sent.buttons):
            print(f"  [{number}] {button['text']}")

    server.world.on_sent.append(show)
    while True:
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            break
        if line.strip().isdigit() and server.sent and int(line) < len(server.sent[-1].buttons):
            server.press(server.sent[-1], person, int(line))
        elif line.strip():
            server.say(chat, person, line.rstrip("\n"))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
