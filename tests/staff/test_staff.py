"""Who looks after the bot: roles, the settings that name them, and the key by which askers are hashed."""

from __future__ import annotations

import concurrent.futures
import stat
from pathlib import Path

import pytest

from bot.settings import SettingsError, read_settings
from bot.staff.asker_hash import KEY_FILE, Askers, KeyFileError, open_askers
from bot.staff.roles import Role, Staff, parse_staff


def test_each_role_may_do_what_the_lesser_ones_may() -> None:
    staff = Staff({1: Role.VIEWER, 2: Role.EDITOR, 3: Role.ADMIN})
    may = {user: [role.word for role in Role if staff.at_least(user, role)] for user in (1, 2, 3, 4)}
    assert may == {1: ["viewer"], 2: ["viewer", "editor"], 3: ["viewer", "editor", "admin"], 4: []}
    assert staff.members(Role.EDITOR) == (2, 3)


def test_the_setting_is_read_as_people_write_it() -> None:
    faults: list[str] = []
    staff = parse_staff(" 123456789:admin, 234567890:Editor，345678901：viewer\n", faults)
    assert faults == []
    roles = {user: staff.role(user) for user in staff.members()}
    assert roles == {123456789: Role.ADMIN, 234567890: Role.EDITOR, 345678901: Role.VIEWER}
    assert len(parse_staff("", faults)) == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@wang:admin", "不是用户名"),
        ("-100123:admin", "应为 数字编号"),
        ("12:owner", "角色不认识；可以是 viewer、editor、admin"),
        ("12", "角色不认识"),
        ("12:admin,12:viewer", "12 写了两次"),
        ("0:admin", "应为 数字编号"),
        ("１２:admin", "应为 数字编号"),
    ],
)
def test_each_fault_of_the_setting_is_named(text: str, says: str) -> None:
    faults: list[str] = []
    parse_staff(text, faults)
    assert len(faults) == 1
    assert says in faults[0]
    assert faults[0].startswith("POLICYBOT_STAFF：")


def test_all_faults_of_the_settings_are_told_at_once(tmp_path: Path) -> None:
    environment = {
        "POLICYBOT_DATA_DIR": str(tmp_path),
        "POLICYBOT_STAFF": "x:admin,7:boss",
        "POLICYBOT_STAFF_CHAT": "100123",
        "POLICYBOT_KEEP_DAYS": "-1",
        "POLICYBOT_HASH_KEY": "short",
    }
    with pytest.raises(SettingsError) as caught:
        read_settings(environment)
    named = [fault.split("：")[0] for fault in caught.value.faults]
    assert named == [
        "POLICYBOT_STAFF",
        "POLICYBOT_STAFF",
        "POLICYBOT_STAFF_CHAT",
        "POLICYBOT_KEEP_DAYS",
        "POLICYBOT_HASH_KEY",
    ]
    assert "short" not in str(caught.value)


def test_commands_that_only_use_the_store_need_nothing_of_telegram(tmp_path: Path) -> None:
    environment = {
        "POLICYBOT_DATA_DIR": str(tmp_path),
        "POLICYBOT_STAFF_CHAT": "-1001234567890",
        "TELEGRAM_BOT_TOKEN": "nonsense",
        "TELEGRAM_WEBHOOK_PORT": "x",
    }
    settings = read_settings(environment)
    assert settings.staff_room == ("telegram", "-1001234567890")
    assert settings.keep_days == 90


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = open_askers("", folder)
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert open_askers("", folder).of(42) == first.of(42)
    assert [p.name for p in folder.iterdir()] == [KEY_FILE], "nothing half-written stays"


def test_programs_that_start_at_the_same_time_have_the_same_key(tmp_path: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        hashes = {askers.of(1) for askers in pool.map(lambda _: open_askers("", tmp_path), range(32))}
    assert len(hashes) == 1


def test_a_hash_tells_people_apart_and_needs_the_key() -> None:
    one, other = Askers(b"one key, one hash"), Askers(b"another key, another")
    assert one.of(42) == one.of("42")
    assert len({one.of(42), one.of(43), other.of(42)}) == 3
    assert len(one.of(42)) == 32
    assert "42" not in {one.of(n) for n in range(100)}


def test_a_key_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("abc\n")
    with pytest.raises(KeyFileError, match="太短"):
        open_askers("", tmp_path)
    (tmp_path / KEY_FILE).unlink()
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileError, match="POLICYBOT_HASH_KEY"):
        open_askers("", tmp_path / "file" / "inside")
    assert open_askers("a key from the settings", tmp_path / "file").of(1), "with a key of one's own no file is needed"
