"""Worker processes on this machine: spawned, one call at a time each, replaced when they die."""

import contextlib
import multiprocessing
import os
import queue
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from ...processes import end_with_parent
from .worker import describe

SECONDS = 2 * 3600  # of one call; the grader's own limits end it long before
TRIES = 2  # of a call whose process dies


class WorkerError(Exception):
    """A call came to nothing; str() says why, as a phrase."""


class LocalPool(Executor):
    """An Executor whose functions return text. A call whose process is killed is tried once more.

    Futures raise WorkerError. in_flight, lost_in_company: see `open_executor`; each process has one
    call only.
    """

    lost_in_company = ()

    def __init__(self, workers: int, seconds: float = SECONDS):
        self.in_flight = workers
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._idle = queue.SimpleQueue()
        self._closed = False
        self._processes = set()
        for _ in range(workers):
            self._idle.put(None)

    def submit(self, function: Callable[..., str], /, *args: Any) -> Future[str]:
        """Call function(*args) in a process."""
        return self._threads.submit(self._call, function, args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; those at work are killed unless wait."""
        self._closed = not wait
        for process in [] if wait else list(self._processes):
            process.kill()
        self._threads.shutdown(wait=True, cancel_futures=cancel_futures or not wait)
        for process in list(self._processes):
            process.close()

    def __exit__(self, kind, *_):
        self.shutdown(wait=kind is None)

    def _call(self, function, args):
        process = self._idle.get()
        try:
            for left in reversed(range(TRIES)):
                process = process or self._start()
                try:
                    return process.call(function, args, self._seconds)
                except ProcessLost as lost:
                    self._processes.discard(process)
                    process = None
                    if not left or lost.final or self._closed:
                        raise WorkerError(str(lost)) from None
        finally:
            self._idle.put(process)

    def _start(self):
        process = WorkerProcess()
        self._processes.add(process)
        if self._closed:
            process.kill()
        return process


class ProcessLost(Exception):
    """A process ended in the middle of a call. final: there is no use in trying again."""

    def __init__(self, phrase, final=False):
        super().__init__(phrase)
        self.final = final


class WorkerProcess:
    """One spawned process with a temporary folder. What it sends back is text, never a pickle."""

    def __init__(self):
        context = multiprocessing.get_context("spawn")
        self._folder = os.path.join(
            tempfile.gettempdir(), f"class-{uuid.uuid4().hex[:12]}"
        )  # the process makes it
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._folder), name="grader")
        self._process.start()
        theirs.close()

    def call(self, function: Callable[..., str], args: tuple, seconds: float) -> str:
        """What function(*args) returns.

        Raises WorkerError for what it raises, ProcessLost where the process ends.
        """
        try:
            self._pipe.send((function, args))
            if not self._pipe.poll(seconds):
                self.kill()
                raise ProcessLost(f"it took longer than {seconds:g} s", final=True)
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            self._process.join(5)
            code = self._process.exitcode
            self.kill()
            how = (
                f"was killed (signal {-code})" if code and code < 0 else f"ended (exit code {code})"
            )
            raise ProcessLost(f"its worker process {how}") from error
        if answer[:1] == b"-":
            raise WorkerError(answer[1:].decode())
        return answer[1:].decode()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join(5)
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Let the process end by itself, or end it."""
        self._pipe.close()
        self._process.join(5)
        self.kill()


def _serve(pipe, folder):
    """The life of a worker process: answer calls until the other end of the pipe closes."""
    os.environ.setdefault(
        "OMP_NUM_THREADS", "1"
    )  # as many processes as cores, so one thread in each
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl+C goes to all; the main process ends this one
    os.mkdir(folder, 0o711)  # a sandbox of another user finds its own folders in it
    tempfile.tempdir = folder
    end_with_parent(lambda: shutil.rmtree(folder, ignore_errors=True))
    with contextlib.suppress(EOFError, OSError):
        while pipe.poll(None):
            pipe.send_bytes(_answer(pipe))
    shutil.rmtree(folder, ignore_errors=True)


def _answer(pipe):
    """What the next call gives: "+" and its text, or "-" and what it raised."""
    try:
        function, args = pipe.recv()
    except EOFError:
        raise
    except Exception as error:  # noqa: BLE001 - a function that cannot be imported here
        return b"-" + describe(error).encode()
    try:
        return b"+" + function(*args).encode()
    except BaseException as error:  # noqa: BLE001 - also SystemExit: the process goes on
        return b"-" + describe(error).encode()
