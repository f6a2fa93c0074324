"""policybot forget: what is kept about a person, deleted."""

from __future__ import annotations

import argparse

from bot.cli.offline import OK, UnusableError, opened, told


def add(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("person", type=int, metavar="编号", help="在 Telegram 的数字编号")


@told
def run(options: argparse.Namespace) -> int:
    """Delete it; what is still waiting is told."""
    from bot.staff.asker_hash import KEY_FILE, KeyFileError, open_askers
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
        gone = forget(connection, askers.of(options.person), options.person)
    print(
        f"已删掉：{gone.questions} 个问题、{gone.verdicts} 个评价、{gone.conversations} 段对话、"
        f"{gone.aside} 条放到一边的消息"
    )
    if gone.waiting:
        print(f"还没有结束的工单 {'、'.join(f'#{number}' for number in gone.waiting)} 也没有了，请告诉工作群")
    return OK
