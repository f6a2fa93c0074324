"""policybot forget: what is kept about a person, deleted."""

from __future__ import annotations

import argparse

from bot.cli.offline import OK, UnusableError, opened, told


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("person", metavar="编号", help="在 Telegram 的数字编号，或在别的渠道里的名字")
    parser.add_argument("--channel", default="telegram", metavar="渠道", help="哪个渠道的人（默认 telegram）")


@told
def run(options: argparse.Namespace) -> int:
    """Delete it; what is still waiting is told."""
    from bot.staff.asker_hash import KEY_FILE, KeyFileError, open_askers
    from bot.store.keys import hashed_name
    from bot.store.questions import forget

    with opened() as (settings, connection):
        if not settings.hash_key and not (settings.data_dir / KEY_FILE).exists():
            raise UnusableError(
                f"没有密钥 {settings.data_dir / KEY_FILE}，认不出谁问了什么；"
                "请用机器人的 POLICYBOT_DATA_DIR，或它的 POLICYBOT_HASH_KEY"
            )
        try:
            askers = open_askers(settings.hash_key, settings.data_dir)
        except KeyFileError as error:
            raise UnusableError(str(error)) from error
        gone = forget(
            connection, askers.of(hashed_name(options.channel, options.person)), options.channel, options.person
        )
    print(
        f"已删掉：{gone.questions} 个问题、{gone.verdicts} 个评价、{gone.conversations} 段对话、"
        f"{gone.aside} 条放到一边的消息"
    )
    if gone.waiting:
        print(f"还没有结束的工单 {'、'.join(f'#{number}' for number in gone.waiting)} 也没有了，请告诉工作群")
    return OK
