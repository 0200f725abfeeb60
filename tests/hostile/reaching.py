"""Attacks on the world outside the kernel: files, the network, other processes, the system."""

from . import Attack

_WRITING = """
elsewhere = ("/", "/etc", "/usr/bin", "/sandbox", "/sandbox/data", "/sandbox/sockets", "..")
for folder in map(str, (*paths.values(), *elsewhere)):  # one is the number of a port
    attempt(write, folder + "/hostile-mark")
attempt(write, "/proc/sys/kernel/core_pattern")
"""

_PACKAGES = """
import torch, site
for folder in (os.path.dirname(torch.__file__), *site.getsitepackages(), sys.prefix):
    attempt(write, folder + "/hostile-mark.pth")
    attempt(os.chmod, folder, 0o777)
attempt(os.remove, torch.__file__)
"""

_NETWORK = """
attempt(socket.create_connection, ("127.0.0.1", paths["port"]), 5)
attempt(socket.create_connection, ("1.1.1.1", 53), 5)
attempt(socket.getaddrinfo, "pypi.org", 443)
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
attempt(datagrams.sendto, b"hostile-mark", ("127.0.0.1", paths["port"]))
"""

_SOCKETS = """
found = []
for folder, _, files in os.walk("/"):
    if not folder.startswith(("/proc", "/sys", "/usr", sys.prefix)):
        found += [os.path.join(folder, name) for name in files]
found = [path for path in found if stat.S_ISSOCK(os.lstat(path).st_mode)]
show("sockets of others:", [path for path in found if not path.startswith("/sandbox/sockets/s-")])
for name in ("\\0hostile-server", paths["home"] + "/agent.sock", "/run/docker.sock",
             "/run/dbus/system_bus_socket"):
    attempt(socket.socket(socket.AF_UNIX).connect, name)
"""

_DAEMON = """
code = "import time; time.sleep(10**6)  # hostile-mark"
subprocess.Popen([sys.executable, "-I", "-S", "-c", code], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3, 500):
            try: os.close(number)
            except OSError: pass
        os.execl(sys.executable, "python", "-I", "-S", "-c", code)
    os._exit(0)
show("left", "behind: two")
"""

_PARENT = """
for process in (os.getppid(), 1, *range(2, 400)):
    # The number of a thread of its own would mean this process.
    if libc.tgkill(os.getpid(), process, 0) == -1:
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
            attempt(os.kill, process, number)
attempt(os.kill, -1, signal.SIGKILL)
show("lives on, with", "parent", os.getppid())
"""

_PTRACE = """
for process in (1, os.getppid(), *range(2, 40)):
    show(call("ptrace", 16, process, 0, 0))
    show(call("process_vm_readv", process, None, 0, None, 0, 0))
"""

_FIRST = """
for name in ("environ", "mem", "maps", "root/etc", "cwd", "fd/0", "exe", "stack", "ns/mnt",
             "map_files"):
    attempt(os.listdir if name in ("root/etc", "cwd", "map_files") else read, "/proc/1/" + name)
attempt(write, "/proc/1/oom_score_adj")
attempt(os.open, "/proc/self/ns/mnt", os.O_RDONLY)
show(call("syscall", 434, 1, 0), call("syscall", 438, 3, 0, 0))  # pidfd_open, pidfd_getfd
"""

_MOUNTS = """
show(call("mount", b"none", b"/tmp", b"tmpfs", 0, None), call("umount2", b"/sandbox/spool", 2))
show(call("mount", None, b"/sandbox/copies", None, 32 | 4096, None), call("chroot", b"/tmp"),
     call("unshare", 0x20000))
show(call("setuid", 0), call("sethostname", b"x", 1), call("swapon", b"/tmp", 0),
     call("reboot", 0x1234567))
for words in (["unshare", "-Ur", "id"], ["su", "-c", "id"],
              ["mount", "-t", "proc", "proc", "/tmp"]):
    attempt(lambda: subprocess.run(words, capture_output=True, text=True).stderr)
"""

_SIGNALS = """
for number in range(1, 65):
    if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
        signal.signal(number, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
attempt(os.killpg, 0, signal.SIGTERM)
attempt(os.setpriority, os.PRIO_PROCESS, 0, -20)
attempt(lambda: open("/proc/self/oom_score_adj", "w").write("-1000"))
"""

ATTACKS = (
    Attack("writing outside its folder", _WRITING, "Read-only file system"),
    Attack("writing into torch and site-packages", _PACKAGES, "Read-only file system"),
    Attack("a network connection", _NETWORK, "Network is unreachable"),
    Attack("Unix sockets of siblings", _SOCKETS, "sockets of others: []"),
    Attack("a daemon left behind", _DAEMON, "left behind: two"),
    Attack("killing its parent", _PARENT, "lives on, with parent"),
    Attack("ptrace of siblings", _PTRACE, "ptrace refused: Operation not permitted"),
    Attack("reading and writing process 1", _FIRST, "syscall refused: Function not implemented"),
    Attack(
        "mounts, namespaces and another user", _MOUNTS, "unshare refused: Operation not permitted"
    ),
    Attack("signals ignored, timers and priorities", _SIGNALS, "Permission denied"),
)
