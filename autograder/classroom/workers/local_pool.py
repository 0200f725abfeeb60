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
from .worker import describe_error

CALL_SECONDS = 5 * 3600  # limit of one call; the grader's own limits end it long before
TRIES = 2  # of a call whose process dies
JOIN_SECONDS = 5  # for a process to end


class WorkerError(Exception):
    """A call failed; str() says why, as a phrase."""


class WorkerLostError(WorkerError):
    """A call's process ended at each try; another call may have filled this machine's memory."""


class LocalPool(Executor):
    """An Executor of local processes (see GradingExecutor); its futures raise WorkerError.

    A call whose process is killed is tried once more.
    """

    ambiguous_failures = (WorkerLostError,)

    def __init__(self, workers: int, seconds: float = CALL_SECONDS):
        self.max_in_flight = workers
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._idle: queue.SimpleQueue[WorkerProcess | None] = queue.SimpleQueue()
        self._closed = False
        self._processes: set[WorkerProcess] = set()
        for _ in range(workers):
            self._idle.put(None)  # a process that is not started yet

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

    def _call(self, function: Callable[..., str], args: tuple) -> str:
        """Call function(*args) in an idle process, and in a new one where that process dies."""
        process = self._idle.get()
        tries = 0
        try:
            while True:
                tries += 1
                process = process or self._start()
                try:
                    return process.call(function, args, self._seconds)
                except ProcessLostError as error:
                    self._processes.discard(process)
                    process = None
                    if error.final or self._closed:
                        raise WorkerError(str(error)) from None
                    if tries == TRIES:
                        raise WorkerLostError(str(error)) from None
        finally:
            self._idle.put(process)

    def _start(self):
        process = WorkerProcess()
        self._processes.add(process)
        if self._closed:
            process.kill()
        return process


class ProcessLostError(Exception):
    """A process ended during a call.

    final: whether it would be useless to try the call again.
    """

    def __init__(self, phrase: str, final: bool = False):
        super().__init__(phrase)
        self.final = final


class WorkerProcess:
    """One spawned process with a temporary folder; it sends back text, never a pickle."""

    def __init__(self):
        context = multiprocessing.get_context("spawn")
        # Only a name: the process makes the folder, with permissions that its sandboxes need.
        self._folder = os.path.join(tempfile.gettempdir(), f"class-{uuid.uuid4().hex[:12]}")
        self._pipe, other_end = context.Pipe()
        self._process = context.Process(
            target=_serve_calls, args=(other_end, self._folder), name="grader"
        )
        self._process.start()
        other_end.close()

    def call(self, function: Callable[..., str], args: tuple, seconds: float) -> str:
        """Return function(*args), called in the process.

        Raises:
            WorkerError: for what the function raises.
            ProcessLostError: where the process ends, or takes longer than `seconds`.
        """
        try:
            self._pipe.send((function, args))
            if not self._pipe.poll(seconds):
                self.kill()
                raise ProcessLostError(f"it took longer than {seconds:g} s", final=True)
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            ending = self._ending()
            self.kill()
            raise ProcessLostError(f"its worker process {ending}") from error
        if answer[:1] == b"-":
            raise WorkerError(answer[1:].decode())
        return answer[1:].decode()

    def _ending(self):
        """Describe how the process ended, as a phrase."""
        self._process.join(JOIN_SECONDS)
        code = self._process.exitcode
        if code and code < 0:
            return f"was killed (signal {-code})"
        return f"ended (exit code {code})"

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join(JOIN_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Let the process end by itself; kill it where it does not."""
        self._pipe.close()
        self._process.join(JOIN_SECONDS)
        self.kill()


def _serve_calls(pipe, folder):
    """Answer calls in the worker process, until the other end of the pipe closes."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # there is already a process for each core
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # at Ctrl+C, the main process ends this one
    os.mkdir(folder, 0o711)  # a sandbox of another user finds its own folders in it
    tempfile.tempdir = folder
    end_with_parent(lambda: shutil.rmtree(folder, ignore_errors=True))
    with contextlib.suppress(EOFError, OSError):
        while pipe.poll(None):
            pipe.send_bytes(_answer(pipe))
    shutil.rmtree(folder, ignore_errors=True)


def _answer(pipe):
    """Receive a call and answer it: "+" and the text it returns, or "-" and what it raises."""
    try:
        function, args = pipe.recv()
    except EOFError:
        raise
    except Exception as error:  # noqa: BLE001 - a function that cannot be imported here
        return b"-" + describe_error(error).encode()
    try:
        return b"+" + function(*args).encode()
    except BaseException as error:  # noqa: BLE001 - also SystemExit: the process goes on
        return b"-" + describe_error(error).encode()
