"""Files are read in a process of their own, with bounded memory and time: a hostile one costs that process alone."""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from knowledge.importing.folder_files import TEMPORARY
from knowledge.importing.formats.limits import MEMORY, WALL_SECONDS
from knowledge.importing.formats.progress import listen
from knowledge.importing.outcome import Outcome


def import_files(files: Sequence[str], out: Path, known: set[str], *, force: bool) -> Iterator[Outcome]:
    """The outcome of each file, in order, as soon as it is known."""
    context = multiprocessing.get_context("spawn")
    taken: set[str] = set()
    worker: tuple[multiprocessing.process.BaseProcess, Connection] | None = None
    try:
        for file in files:
            if worker is None or not worker[0].is_alive():
                worker = _start(context, out, known, force)
            process, pipe = worker
            outcome: Outcome | None = None
            try:
                pipe.send((file, taken))
                while outcome is None and pipe.poll(WALL_SECONDS):
                    outcome = pipe.recv()  # None: a page of a scan was read, others follow
                if outcome is None:
                    outcome = Outcome(file, error=f"超过 {WALL_SECONDS} 秒还没读完，放弃")
                    _stop(process, pipe)
                    worker = None
            except (EOFError, BrokenPipeError, ConnectionResetError):
                process.join(5)
                outcome = Outcome(file, error="读这个文件的进程中途停了（多半是内存超限），放弃")
                worker = None
            if worker is None:
                _tidy(out)
            if outcome.policy:
                taken.add(outcome.policy)
            yield outcome
    finally:
        if worker is not None:
            with contextlib.suppress(OSError):
                worker[1].send(None)
            worker[0].join(5)
            _stop(*worker)


def _start(
    context: multiprocessing.context.SpawnContext, out: Path, known: set[str], force: bool
) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, out, known, force), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _work(pipe: Connection, out: Path, known: set[str], force: bool) -> None:
    # what reads a document is for this process alone: a server, which starts it, does without
    from knowledge.importing.job import run
    from knowledge.importing.shelf import Shelf

    bound_memory()
    listen(lambda: pipe.send(None))
    shelf = Shelf(out)
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while (asked := pipe.recv()) is not None:
            file, taken = asked
            pipe.send(run(file, out, known, taken, force=force, shelf=shelf))


def bound_memory() -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the limits on files remain
        return
    with contextlib.suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_AS)  # recognising characters and LibreOffice need more than MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _stop(process: multiprocessing.process.BaseProcess, pipe: Connection) -> None:
    if process.is_alive():
        process.kill()
        process.join(5)
    pipe.close()


def _tidy(out: Path) -> None:
    """Take away what a process that was stopped has left half-written."""
    for path in out.glob(f"{TEMPORARY}*"):
        shutil.rmtree(path, ignore_errors=True)
