"""The worker answers as the assistant does, and its end loses no answer."""

from __future__ import annotations

import asyncio
import os
import signal

from bot.engine.assistant import Assistant
from bot.engine.values.conversation import Conversation
from bot.serving.answer_process import Worker
from bot.serving.reply_cache import RecentReplies
from tests.patience import PATIENCE


async def test_the_worker_answers_as_the_assistant_does_and_in_order(assistant: Assistant) -> None:
    worker = Worker(assistant)
    await worker.open()
    questions = ["首次认定的高企补贴多少", "谁负责招商引资", "\x00<b>😀" * 500, "", "4.2"]
    replies = await asyncio.gather(*(worker.reply(q, Conversation()) for q in questions))
    assert [r.to_json() for r in replies] == [assistant.reply(q).to_json() for q in questions]
    assert replies[0].conversation == assistant.reply(questions[0]).conversation
    await worker.close()


async def test_when_the_worker_is_killed_the_main_process_answers(assistant: Assistant) -> None:
    worker = Worker(assistant)
    await worker.open()
    recent = RecentReplies(assistant, worker)
    os.kill(worker.pid, signal.SIGSTOP)
    under_way = asyncio.create_task(recent.reply_soon("谁负责招商引资", Conversation()))
    await asyncio.sleep(0.05)
    assert not under_way.done()
    os.kill(worker.pid, signal.SIGKILL)
    expected = assistant.reply("谁负责招商引资").text
    assert (await asyncio.wait_for(under_way, PATIENCE)).text == expected
    assert not worker.alive
    assert (await recent.reply_soon("4.2", Conversation())).text == assistant.reply("4.2").text
    await worker.close()


async def test_the_worker_ends_with_its_parent(assistant: Assistant) -> None:
    worker = Worker(assistant)
    await worker.open()
    await worker.close()  # the socket is closed, as by a kill of the parent; close() waits for the child's end
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return
    raise AssertionError("the worker still runs")
