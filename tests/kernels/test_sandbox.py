"""Student code sees and changes nothing but its kernel's folder, and ends with its kernel."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from autograder.kernels import KernelLostError, StudentKernel, bubblewrap, describe_isolation
from tests.attacks import error_of, processes
from tests.paths import ROOT


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Start a kernel with a folder of answers, beside which lies what it must not see."""
    folder = tmp_path_factory.mktemp("notebook")
    for name in ("work", "answers"):
        (folder / name).mkdir()
        (folder / name / "mark").write_text(name, encoding="utf-8")
    (folder / "solution").write_text("secret", encoding="utf-8")
    os.environ["GRADERS_SECRET"] = "secret"
    with StudentKernel(folder / "work", {"LAB_ANSWERS": str(folder / "answers")}) as kernel:
        yield kernel
    del os.environ["GRADERS_SECRET"]


def test_the_kernels_of_this_machine_are_sandboxed():
    assert describe_isolation().startswith("a sandbox (bubblewrap around all kernels")


def test_a_kernel_reads_its_own_folder_and_its_answers(kernel):
    assert error_of(kernel, "assert open('mark').read() == 'work'") == ""
    mark = "import os\nmark = os.path.join(os.environ['LAB_ANSWERS'], 'mark')\n"
    assert error_of(kernel, mark + "assert open(mark).read() == 'answers'") == ""
    assert "Read-only file system" in error_of(kernel, mark + "open(mark, 'w')")


def test_a_kernel_reads_the_graders_data(kernel):
    data = os.environ["LAB_DATA"]
    names = sorted(os.listdir(data)) if os.path.isdir(data) else []
    assert error_of(kernel, f"assert sorted(os.listdir(os.environ['LAB_DATA'])) == {names}") == ""


def hidden_folders(kernel):
    """Return folders of the grader that a kernel must not see."""
    mounted = [path for _, path in bubblewrap.machine_mounts()]
    graders = [ROOT, ROOT / "solutions", kernel.folder, kernel.folder.parent]
    candidates = [*graders, Path("/root"), Path("/home"), Path("/var")]
    return [
        path for path in candidates if not any(inner.startswith(f"{path}/") for inner in mounted)
    ]


def test_a_kernel_sees_nothing_of_the_graders_files(kernel):
    assert ROOT / "solutions" in hidden_folders(kernel)
    for path in hidden_folders(kernel):
        assert path.is_dir()
        error = error_of(kernel, f"import os\nos.listdir({str(path)!r})")
        assert "FileNotFoundError" in error, path
    names = ["solution", "gradebook.db", "vae-sampling-test", "id_rsa", "k.json"]
    names += ["assignment.py", "warm_process.py", "supervisor.py"]
    code = f"""import os
found = []
for folder, folders, files in os.walk('/'):
    found += [os.path.join(folder, name) for name in folders + files if name in {names}]
    passed_over = ('/proc', '/sys', '/usr', {sys.prefix!r}, {sys.base_prefix!r})
    folders[:] = [name for name in folders if os.path.join(folder, name) not in passed_over]
assert found == ['/sandbox/sockets/k.json'], found"""
    assert error_of(kernel, code, timeout=60) == ""


def test_a_kernel_sees_nothing_of_the_graders_environment_and_open_files(kernel):
    code = """import contextlib, os, stat
assert 'GRADERS_SECRET' not in os.environ
kinds = []
for number in range(512):
    with contextlib.suppress(OSError):
        kinds.append(os.fstat(number).st_mode)
assert len(kinds) > 3
assert not [kind for kind in kinds if stat.S_ISREG(kind) or stat.S_ISDIR(kind)], kinds"""
    assert error_of(kernel, code) == ""


def test_a_kernel_sees_no_process_and_no_count_of_the_machine(kernel):
    code = """import os, sys
assert sorted(os.listdir('/proc')) == ['cpuinfo', 'meminfo', 'self']
assert os.listdir('/proc/self') == ['exe']
assert os.path.samefile(os.readlink('/proc/self/exe'), sys.executable)
assert 'MemTotal: 2097152 kB' in open('/proc/meminfo').read()
assert 'MHz' not in open('/proc/cpuinfo').read()
shown = ['kernel_max', 'online', 'possible', 'present']
assert sorted(os.listdir('/sys/devices/system/cpu')) == shown"""
    assert error_of(kernel, code) == ""


def test_what_is_the_instructors_is_hidden_below_a_system_folder_too(monkeypatch, tmp_path):
    """As in a repository in /usr/src, with a virtual environment in it, that is the cwd."""
    for path in ("usr/src/course/.venv", "usr/lib"):
        (tmp_path / path).mkdir(parents=True)
    usr, course = str(tmp_path / "usr"), tmp_path / "usr" / "src" / "course"
    monkeypatch.setattr(bubblewrap, "SYSTEM_PATHS", (usr,))
    monkeypatch.setattr(bubblewrap, "ROOT", course)
    monkeypatch.setattr(bubblewrap, "python_folders", lambda: {f"{usr}/lib", f"{course}/.venv"})
    assert list(bubblewrap.machine_mounts()) == [
        ("bind", usr),
        ("mask", str(course)),
        ("bind", f"{course}/.venv"),
    ]


SYSTEM = ["/", "/usr/bin", "/etc", "/dev", sys.prefix, sys.base_prefix]
SANDBOX = ["/sandbox", "/sandbox/sockets", "/sandbox/data", "/sandbox/spool"]


@pytest.mark.parametrize("folder", SYSTEM + SANDBOX)
def test_a_kernel_writes_nowhere_outside(kernel, folder):
    assert "Read-only file system" in error_of(kernel, f"open('{folder}/written', 'w')")


def test_what_a_kernel_writes_stays_inside_and_ends_with_it(tmp_path):
    with StudentKernel(tmp_path) as kernel:
        for folder in (".", "/tmp", "/dev/shm"):
            assert error_of(kernel, f"open('{folder}/written', 'w').write('x')") == ""
        assert not list(tmp_path.iterdir()) and not Path("/tmp/written").exists()


NETWORK = {
    "localhost": "socket.create_connection(('127.0.0.1', {port}), timeout=5)",
    "the internet": "socket.create_connection(('1.1.1.1', 53), timeout=5)",
    "a name": "socket.getaddrinfo('pypi.org', 443)",
    "a socket without a file": "socket.socket(socket.AF_UNIX).connect('\\0autograder-test')",
}


@pytest.mark.parametrize("call", NETWORK.values(), ids=NETWORK)
def test_a_kernel_reaches_no_network(kernel, call):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as other:
        other.bind("\0autograder-test")
        other.listen()
        error = error_of(kernel, "import socket\n" + call.format(port=server.getsockname()[1]))
    assert "raised" in error and ("Error" in error or "gaierror" in error), error


def test_a_kernel_has_no_rights_and_gets_none(kernel):
    code = """import ctypes, os
libc = ctypes.CDLL(None)
rights = (ctypes.c_uint32 * 6)(*[1] * 6)
assert libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), rights) == 0
assert not any(rights), list(rights)
assert not any(libc.prctl(23, number) == 1 for number in range(64)), 'PR_CAPBSET_READ'
assert libc.prctl(39, 0, 0, 0, 0) == 1, 'PR_GET_NO_NEW_PRIVS'
assert libc.prctl(21) == 2 and os.getuid() != 0, 'PR_GET_SECCOMP'
if os.fork() == 0:  # a process with several threads could not, anyway
    os._exit(libc.unshare(0x10000000) + 1)
assert os.wait()[1] == 0, 'a namespace of users'
assert libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == -1, 'a mount'
assert libc.umount2(b'/sandbox/spool', 2) == -1, 'an unmount'
assert libc.mount(None, b'/sandbox/sockets', None, 32 | 4096, None) == -1, 'a writable mount'"""
    assert error_of(kernel, code) == ""


DAEMONS = """import os, subprocess
subprocess.Popen(['setsid', 'sleep', '1000'], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    os.execlp('sleep', 'sleep', '1000')
"""


def test_daemons_end_with_their_kernel(tmp_path):
    with StudentKernel(tmp_path) as kernel:
        before = processes()
        assert error_of(kernel, DAEMONS) == ""
        daemons = processes() - before
        assert len(daemons) >= 2
    assert not processes() & daemons


def test_a_kernel_does_not_outlive_its_supervisor(kernel, tmp_path):
    before = processes()
    with StudentKernel(tmp_path) as other:
        of_this_kernel = processes() - before
        os.kill(min(of_this_kernel), signal.SIGKILL)  # the supervisor: the first that was started
        with pytest.raises(KernelLostError, match="was ended from outside, not by its code"):
            other.run_cell("import time; time.sleep(60)")
        assert not processes() & of_this_kernel


def test_siblings_are_out_of_reach(tmp_path):
    """No process but its own can be signalled or traced, and no file of another kernel is seen."""
    with StudentKernel(tmp_path) as one, StudentKernel(tmp_path) as other:
        for folder in (".", "/tmp", "/dev/shm"):
            assert error_of(other, f"open('{folder}/of-the-sibling', 'w').write('x')") == ""
        code = """import ctypes, os, signal
libc = ctypes.CDLL(None)
for process in range(1, 100_000):
    # Else the number of a thread of its own, or of process 1, which no signal reaches.
    if libc.tgkill(os.getpid(), process, 0) == libc.tgkill(1, process, 0) == -1:
        assert libc.ptrace(16, process, 0, 0) == -1, process
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
        assert process == 1, process
for top in ('/sandbox', '/tmp', '/dev'):
    assert not [folder for folder, _, files in os.walk(top) if 'of-the-sibling' in files]"""
        assert error_of(one, code, timeout=60) == ""
        assert error_of(other, "1 + 1") == "" and error_of(one, "1 + 1") == ""


POISON = """import builtins, os, sys, torch
torch.relu = builtins.print = None
sys.modules['lab'] = 'poison'
os.environ['POISON'] = '1'
for folder in ('/tmp/.ipython/profile_default/startup', '/tmp/.local', '/sandbox/work'):
    os.makedirs(folder, exist_ok=True)
    for name in ('sitecustomize.py', '00-start.py'):
        open(f'{folder}/{name}', 'w').write('poison = 1')
"""
CLEAN = """import builtins, os, sys, torch
assert torch.relu and print and 'lab' not in sys.modules
assert 'POISON' not in os.environ and 'poison' not in globals()
for top in ('/tmp/.ipython', '/tmp/.local', '/sandbox/work'):
    for folder, _, files in os.walk(top):
        assert not [file for file in files if file.endswith('.py')], folder
"""


def test_what_one_kernel_changes_does_not_reach_the_next(tmp_path):
    with StudentKernel(tmp_path) as kernel:
        assert error_of(kernel, POISON) == ""
        assert error_of(kernel, "assert torch.relu is None") == ""
        with StudentKernel(tmp_path) as beside:
            assert error_of(beside, CLEAN) == ""
        kernel.close()
        kernel.start()
        assert error_of(kernel, CLEAN) == ""


def test_two_kernels_run_at_once(tmp_path):
    ends = []

    def work():
        with StudentKernel(tmp_path) as kernel:
            assert error_of(kernel, "import time; time.sleep(1)") == ""
            ends.append(time.monotonic())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 2 and abs(ends[0] - ends[1]) < 1
