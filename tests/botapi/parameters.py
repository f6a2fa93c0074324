"""The parameters that each method takes (core.telegram.org/bots/api, Bot API 10.0; names checked with @grammyjs/types).

The real server ignores unknown parameters, so a misspelt one does silently nothing; strict mode refuses it.
"""

from __future__ import annotations

_SEND = """business_connection_id chat_id message_thread_id direct_messages_topic_id disable_notification
protect_content allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters reply_markup"""
_CAPTION = "caption parse_mode caption_entities"

METHODS: dict[str, frozenset[str]] = {
    name: frozenset(names.split())
    for name, names in {
        "getUpdates": "offset limit timeout allowed_updates",
        "setWebhook": "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
        "deleteWebhook": "drop_pending_updates",
        "getWebhookInfo": "",
        "getMe": "",
        "logOut": "",
        "close": "",
        "sendMessage": f"{_SEND} text parse_mode entities link_preview_options",
        "sendPhoto": f"{_SEND} {_CAPTION} photo show_caption_above_media has_spoiler",
        "sendDocument": f"{_SEND} {_CAPTION} document thumbnail disable_content_type_detection",
        "sendChatAction": "business_connection_id chat_id message_thread_id action",
        "editMessageText": "business_connection_id chat_id message_id inline_message_id text parse_mode entities "
        "link_preview_options reply_markup",
        "editMessageReplyMarkup": "business_connection_id chat_id message_id inline_message_id reply_markup",
        "deleteMessage": "chat_id message_id",
        "deleteMessages": "chat_id message_ids",
        "answerCallbackQuery": "callback_query_id text show_alert url cache_time",
        "answerInlineQuery": "inline_query_id results cache_time is_personal next_offset button",
        "setMyCommands": "commands scope language_code",
        "getMyCommands": "scope language_code",
        "deleteMyCommands": "scope language_code",
        "setMyName": "name language_code",
        "getMyName": "language_code",
        "setMyDescription": "description language_code",
        "getMyDescription": "language_code",
        "setMyShortDescription": "short_description language_code",
        "getMyShortDescription": "language_code",
        "setChatMenuButton": "chat_id menu_button",
        "getChatMenuButton": "chat_id",
        "getChat": "chat_id",
        "getChatMember": "chat_id user_id",
        "getChatMemberCount": "chat_id",
        "getChatAdministrators": "chat_id return_bots",
        "leaveChat": "chat_id",
        "getFile": "file_id",
    }.items()
}
BY_LOWER = {name.lower(): name for name in METHODS}
"""Method names are matched without regard to case ("Making requests")."""
UPDATE_TYPES = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "guest_message",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
    ]
)
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Sent only when asked for (getUpdates, allowed_updates)."""
