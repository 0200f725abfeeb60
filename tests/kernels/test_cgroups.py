"""Each sandbox has a control group where the grader may make one, and none is left behind."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.kernels import StudentKernel, cgroups, isolation
from autograder.kernels.cgroups import ControlGroup, describe_groups, make_group
from autograder.kernels.inside.isolation_level import IsolationLevel
from autograder.kernels.warm_process import WarmProcess
from tests.paths import ROOT

GB = 2**30
SCOPE = "user.slice/user-7.slice/user@7.service/app.slice/run-u1.scope"


class Tree:
    """A made-up /proc and tree of groups, in which this process has a group of its own.

    Args:
        folder: of everything.
        own: the path of that group.
        lines: of /proc/self/cgroup, with {own}; each names a tree.
    """

    def __init__(self, folder, own, *trees):
        self.proc = folder / "proc"
        (self.proc / "self").mkdir(parents=True)
        self.own = {name: folder / "sys" / (name or "unified") / own for name in trees}
        groups, mounts = [], ["1 0 0:1 / / rw - ext4 /dev/vda rw"]
        for number, (name, path) in enumerate(self.own.items()):
            path.mkdir(parents=True)
            (path / "cgroup.procs").write_text(f"{os.getpid()}\n")
            groups.append(f"{number}:{name}:/{own}")
            top, kind = folder / "sys" / (name or "unified"), f"cgroup cgroup rw,{name}"
            mounts.append(f"2 1 0:2 / {top} rw shared:9 - {kind if name else 'cgroup2 none rw'}")
        (self.proc / "self" / "cgroup").write_text("\n".join(groups))
        (self.proc / "self" / "mountinfo").write_text("\n".join(mounts))

    def give(self, has="cpu memory pids", hands_down=""):
        """Give the group of version 2 these controllers, of which it hands some down."""
        (self.own[""] / "cgroup.controllers").write_text(has)
        (self.own[""] / "cgroup.subtree_control").write_text(hands_down)
        return self

    def make(self, memory=GB):
        return make_group(memory, self.proc)


@pytest.fixture(autouse=True)
def linux(monkeypatch):
    """Files of a made-up group go with it, and a group with processes hands nothing down."""

    def write(path, text):
        beside = path.parent / "cgroup.procs"
        if path.name == "cgroup.subtree_control" and beside.read_text().split():
            raise OSError(errno.EBUSY, "busy")
        if path.name == "cgroup.procs" and path.parent.name == cgroups.LEAF:
            (path.parent.parent / "cgroup.procs").write_text("")
        path.write_text(text)

    monkeypatch.setattr(cgroups, "_write", write)
    monkeypatch.setattr(Path, "rmdir", lambda path: fake_rmdir(path))
    return write


def fake_rmdir(path):
    """Remove a group as Linux does."""
    if not path.is_relative_to("/sys"):
        return shutil.rmtree(path)
    return os.rmdir(path)


def test_a_tree_of_version_2_that_hands_controllers_down_gets_a_group(tmp_path):
    tree = Tree(tmp_path, "container", "").give(hands_down="cpu memory")
    group = tree.make()
    (folder,) = group.folders
    assert folder.parent == tree.own[""] and (folder / "memory.max").read_text() == str(GB)
    assert group.entrances == [f"{folder}/cgroup.procs"]
    group.remove()
    assert not folder.exists()


def test_a_scope_of_systemd_run_is_made_to_hand_them_down(tmp_path):
    tree = Tree(tmp_path, SCOPE, "").give()
    (folder,) = tree.make().folders
    own = tree.own[""]
    assert folder.parent == own
    assert (own / "cgroup.subtree_control").read_text() == "+cpu +memory"
    assert (own / "grader" / "cgroup.procs").read_text() == str(os.getpid())


def test_a_process_in_the_leaf_of_a_scope_makes_groups_beside_it(tmp_path):
    tree = Tree(tmp_path, f"{SCOPE}/grader", "")
    above = tree.own[""].parent
    for name, text in {"controllers": "cpu memory", "subtree_control": "cpu memory"}.items():
        (above / f"cgroup.{name}").write_text(text)
    (folder,) = tree.make().folders
    assert folder.parent == above


REFUSED = {
    "processes of others in it": ("user.slice/session-3.scope", "cpu memory", ""),
    "no controllers": ("container", "", ""),
}


@pytest.mark.parametrize("own, has, hands_down", REFUSED.values(), ids=REFUSED)
def test_elsewhere_in_version_2_there_is_no_group(tmp_path, own, has, hands_down):
    tree = Tree(tmp_path, own, "").give(has, hands_down)
    assert tree.make() == ControlGroup()
    assert not [path for path in tree.own[""].iterdir() if path.is_dir()]


def test_version_1_has_a_group_in_each_tree_and_none_in_others(tmp_path):
    tree = Tree(tmp_path, "mine", "cpu,cpuacct", "memory", "pids", "")
    group = tree.make()
    assert [folder.parent for folder in group.folders] == [
        tree.own["cpu,cpuacct"],
        tree.own["memory"],
    ]
    assert (group.folders[1] / "memory.limit_in_bytes").read_text() == str(GB)
    assert not list(group.folders[0].iterdir())


@pytest.mark.parametrize(
    "own, trees, has, said",
    [
        ("mine", ["cpu,cpuacct", "memory"], None, "in a control group for processors and memory"),
        ("mine", ["memory", "pids"], None, "in a control group for memory"),
        (SCOPE, [""], "cpuset cpu memory", "in a control group for processors and memory"),
        (SCOPE, [""], "cpuset memory", "in a control group for memory"),
        (SCOPE, [""], "cpuset", "in no control group"),
        ("container", [""], "cpu memory", "in no control group"),
    ],
)
def test_a_report_says_what_groups_share_out(tmp_path, own, trees, has, said):
    tree = Tree(tmp_path, own, *trees)
    if has is not None:
        tree.give(has)
    assert describe_groups(tree.proc) == said
    assert describe_groups(tmp_path) == "in no control group"


def test_without_groups_nothing_happens(tmp_path):
    group = make_group(GB, tmp_path)
    assert group == ControlGroup() and group.times_full() == 0
    group.remove()


def test_groups_of_graders_that_ended_are_removed_and_others_stay(tmp_path):
    tree = Tree(tmp_path, "mine", "memory")
    ours = tree.make().folders[0]
    for name in ("grading-999999999-5-0", f"grading-{os.getpid()}-5-0", "another"):
        (ours.parent / name).mkdir()
    second = tree.make().folders[0]
    assert {path.name for path in ours.parent.iterdir() if path.is_dir()} == {
        ours.name,
        second.name,
        "another",
    }


FULL = {
    "memory.events": "low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n",
    "memory.failcnt": "2\n",
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
}


@pytest.mark.parametrize("names", [["memory.events"], ["memory.failcnt", "memory.oom_control"]])
def test_a_group_says_how_often_its_own_memory_was_full(tmp_path, names):
    for name in names:
        (tmp_path / name).write_text(FULL[name])
    assert ControlGroup((tmp_path,)).times_full() == 2


def test_a_machine_that_is_full_is_not_the_groups_fault(tmp_path):
    (tmp_path / "memory.events").write_text("oom 0\noom_kill 1\n")
    assert ControlGroup((tmp_path,)).times_full() == 0


@pytest.fixture
def real(linux, monkeypatch):
    """A real group of this machine, removed at the end."""
    monkeypatch.undo()
    group = make_group(GB)
    if not group.folders:
        pytest.skip("the grader may make no control groups here")
    yield group
    group.remove()


def test_a_kernel_is_in_the_group_of_its_sandbox(real, tmp_path):
    with StudentKernel(tmp_path) as student:
        group = student._manager.provisioner.slot.warm_process.group
        members = [set((folder / "cgroup.procs").read_text().split()) for folder in group.folders]
        assert all(len(each) >= 4 for each in members)
        assert student.run_cell("1 + 1").status == "ok"


def test_a_sandbox_leaves_no_group(real):
    warm_process = WarmProcess(None, IsolationLevel.ALONE)
    warm_process.wait_until_ready()
    assert all(folder.exists() for folder in warm_process.group.folders)
    warm_process.close()
    assert not any(folder.exists() for folder in warm_process.group.folders)


KILLED = """
import os, signal
from autograder.kernels import cgroups
print(*cgroups.make_group().folders, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_grader_left_is_removed_by_the_next(real):
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    left = [Path(path) for path in done.stdout.split()]
    assert left and all(path.exists() for path in left)
    make_group(GB).remove()
    assert not any(path.exists() for path in left)


TAKES_MEMORY = """
import os
for name in ("/tmp/x", "/dev/shm/x", "x"):
    with open(name, "wb") as file: file.write(bytes(250 * 2**20))
x = bytes(range(256)) * 2**21
y = bytes(range(256)) * 2**21
"""


def test_a_kernel_that_fills_its_group_is_to_blame(real, tmp_path, monkeypatch):
    isolation.close()
    monkeypatch.setattr(cgroups, "submission_bytes", lambda limits: GB)
    try:
        with StudentKernel(tmp_path) as student:
            result = student.run_cell(TAKES_MEMORY)
        sentence = "ran out of memory (1 GB for all kernels of a submission)"
        assert (result.status, result.error) == ("died", sentence)
    finally:
        isolation.close()
