"""Folders are mounted wherever they lie."""

from autograder.kernels.inside.namespaces import mount_points


def test_paths_with_blanks_and_umlauts_are_read_from_linuxs_table_of_mounts():
    paths = ["/tmp/Übungen für VAE/.venv", "/tmp/a\\b\tc", "/proc"]
    escapes = {"\\": "\\134", " ": "\\040", "\t": "\\011"}
    written = ["".join(escapes.get(letter, letter) for letter in path) for path in paths]
    table = "".join(f"tmpfs {path} tmpfs rw,nosuid 0 0\n" for path in written)
    assert mount_points(table.encode()) == paths
