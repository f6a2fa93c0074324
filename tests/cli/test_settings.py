"""Settings: every fault at once, each with its key, its value and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings as general
from bot.channels.telegram import settings as telegram
from bot.channels.telegram.settings import TelegramSettings, read_settings
from bot.settings import SettingsError

TOKEN = "123456:AAtestTOKENtest-_x"


def read(tmp_path: Path, **environment: str) -> TelegramSettings:
    return read_settings({"TELEGRAM_BOT_TOKEN": TOKEN, "POLICYBOT_DATA_DIR": str(tmp_path / "data"), **environment})


def test_defaults_are_polling_the_official_server_and_a_file(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.webhook is None
    assert settings.api_url == "https://api.telegram.org"
    assert settings.pacing == "official"
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'policybot.db'}"
    assert (tmp_path / "data").is_dir()
    assert settings.status is None
    assert TOKEN not in repr(settings)


def test_the_nodes_of_a_search_cluster(tmp_path: Path) -> None:
    settings = read(tmp_path, POLICYBOT_SEARCH_URL="http://10.0.0.1:9200, https://bot:s3cret@os.example.cn")
    assert settings.search == ("http://10.0.0.1:9200", "https://bot:s3cret@os.example.cn")
    assert settings.search_passwords == ["s3cret"]
    assert "s3cret" not in repr(settings)
    assert read(tmp_path).search == ()
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, POLICYBOT_SEARCH_URL="10.0.0.1:9200 ftp://bot:s3cret@os.example.cn")
    assert "「10.0.0.1:9200」应为 http://主机:9200" in str(caught.value)
    assert len(caught.value.faults) == 2
    assert "s3cret" not in str(caught.value)


def test_another_server_says_by_429_what_it_cannot_take(tmp_path: Path) -> None:
    assert read(tmp_path, TELEGRAM_API_URL="http://127.0.0.1:8081/").pacing == "learned"
    assert read(tmp_path, TELEGRAM_API_URL="http://127.0.0.1:8081", TELEGRAM_PACING="official").pacing == "official"


def test_a_missing_token_says_where_to_get_one_and_that_chat_works_without(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"POLICYBOT_DATA_DIR": str(tmp_path)})
    assert "@BotFather" in str(caught.value)
    assert "make chat" in str(caught.value)


def test_the_token_comes_from_a_file_or_a_systemd_credential(tmp_path: Path) -> None:
    file = tmp_path / "telegram-bot-token"
    file.write_text(TOKEN + "\n", encoding="utf-8")
    data = {"POLICYBOT_DATA_DIR": str(tmp_path)}
    assert read_settings({"TELEGRAM_BOT_TOKEN_FILE": str(file), **data}).token == TOKEN
    assert read_settings({"CREDENTIALS_DIRECTORY": str(tmp_path), **data}).token == TOKEN
    with pytest.raises(SettingsError, match="只设一个"):
        read_settings({"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_BOT_TOKEN_FILE": str(file), **data})
    with pytest.raises(SettingsError, match=r"TELEGRAM_BOT_TOKEN_FILE.*读不了"):
        read_settings({"TELEGRAM_BOT_TOKEN_FILE": str(tmp_path / "none"), **data})


def test_a_token_that_is_none_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, TELEGRAM_BOT_TOKEN='"123 456:secret"')
    assert "不像令牌" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(
            tmp_path,
            TELEGRAM_API_URL="telegram",
            TELEGRAM_PACING="fast",
            TELEGRAM_WEBHOOK_URL="example.cn",
            TELEGRAM_WEBHOOK_PORT="99999",
            TELEGRAM_WEBHOOK_SECRET="有空格 的",
            POLICYBOT_STATUS_LISTEN="9090",
            POLICYBOT_USER_LIMIT="0",
            LOG_LEVEL="loud",
        )
    for key in ("API_URL", "PACING", "WEBHOOK_URL", "WEBHOOK_PORT", "WEBHOOK_SECRET", "STATUS", "USER_LIMIT", "LOG"):
        assert sum(key in fault for fault in caught.value.faults) == 1, key
    for value in ("「telegram」", "「fast」", "「example.cn」", "「99999」", "「9090」", "「0」", "「LOUD」"):
        assert value in str(caught.value)


def test_a_webhook_needs_its_secret_and_a_secret_its_webhook(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TELEGRAM_WEBHOOK_SECRET：没有设"):
        read(tmp_path, TELEGRAM_WEBHOOK_URL="https://example.cn/hook")
    with pytest.raises(SettingsError, match="只在设了 TELEGRAM_WEBHOOK_URL"):
        read(tmp_path, TELEGRAM_WEBHOOK_SECRET="abc")
    webhook = read(tmp_path, TELEGRAM_WEBHOOK_URL="https://example.cn/hook", TELEGRAM_WEBHOOK_SECRET="abc").webhook
    assert webhook is not None
    assert (webhook.path, webhook.listen, webhook.port) == ("/hook", "127.0.0.1", 8080)


def test_options_come_before_the_environment(tmp_path: Path) -> None:
    settings = read_settings(
        {"TELEGRAM_BOT_TOKEN": TOKEN, "POLICYBOT_DATA_DIR": str(tmp_path), "POLICYBOT_STATUS_LISTEN": "127.0.0.1:1"},
        {"POLICYBOT_STATUS_LISTEN": "127.0.0.1:9090", "TELEGRAM_WEBHOOK_URL": None},
    )
    assert settings.status == ("127.0.0.1", 9090)


def test_every_variable_is_explained() -> None:
    assert all((general.VARIABLES | telegram.VARIABLES).values())


def test_the_general_settings_are_no_channels(tmp_path: Path) -> None:
    """What Telegram is given wrongly stops no command that has nothing to do with it."""
    wrong = {"TELEGRAM_API_URL": "telegram", "TELEGRAM_PACING": "fast", "POLICYBOT_DATA_DIR": str(tmp_path)}
    settings = general.read_settings(wrong)
    assert not hasattr(settings, "token")
    assert not [name for name in general.VARIABLES if "TELEGRAM" in name]
    assert settings.user_limit == read(tmp_path).user_limit == 30
