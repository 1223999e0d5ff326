"""What ``imgscope extract`` writes beside what engines write, path by path. By hand, as root, on Linux:

    python -m tests.extract.against_engines [IMAGE...]

It takes the fixtures where no image is named, and needs skopeo and umoci; podman where it is there. Each image is
unpacked by ``imgscope extract -o DIR``, by GNU tar from ``imgscope extract -o -``, by ``umoci raw unpack`` and from
``podman export``, and compared: paths, types, modes, owners, sizes, times, link targets, devices, extended attributes,
contents, and which paths are one file. A table of numbers of paths that differ goes to standard output.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
Tree = dict[bytes, tuple[object, ...]]
IMAGE = "localhost/imgscope-compared:1"


def tree(top: Path) -> Tree:
    """All below a directory."""
    found: Tree = {}
    first: dict[int, bytes] = {}
    base = os.fsencode(top)
    for directory, directories, files in os.walk(base):
        for name in sorted(directories + files):
            path = os.path.join(directory, name)
            found[os.path.relpath(path, base)] = _look(path)
    for path in sorted(found):
        status = os.lstat(os.path.join(base, path))
        if stat.S_ISREG(status.st_mode):
            found[path] += (first.setdefault(status.st_ino, path),)
    return found


def _look(path: bytes) -> tuple[object, ...]:
    status = os.lstat(path)
    content: object = None
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as stream:
            content = status.st_size, hashlib.file_digest(stream, "sha256").hexdigest()
    elif stat.S_ISLNK(status.st_mode):
        content = os.readlink(path)
    elif not stat.S_ISDIR(status.st_mode):
        content = status.st_rdev
    names = sorted(os.listxattr(path, follow_symlinks=False))
    xattrs = tuple((name, os.getxattr(path, name, follow_symlinks=False)) for name in names)
    return oct(status.st_mode), status.st_uid, status.st_gid, content, xattrs, int(status.st_mtime // 1)


def differing(ours: Tree, theirs: Tree, implied: Iterable[bytes]) -> list[bytes]:
    """Paths that are not the same. Directories that only paths imply get the time of unpacking, which nobody keeps."""
    timeless = set(implied)

    def row(tree_: Tree, path: bytes) -> tuple[object, ...] | None:
        found = tree_.get(path)
        return found[:5] if found and path in timeless else found

    return sorted(path for path in ours.keys() | theirs.keys() if row(ours, path) != row(theirs, path))


def run(*command: str | Path, output: Path | None = None) -> None:
    """Run a program that must succeed, its output to a file or nowhere."""
    with (output or Path(os.devnull)).open("wb") as stream:
        done = subprocess.run(list(map(str, command)), stdout=stream, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RuntimeError(said[-1] if said else f"{command[0]} failed")


def source(image: Path) -> str:
    """What skopeo calls an image."""
    names = subprocess.run(["tar", "-tf", image], capture_output=True, text=True, check=False).stdout.split()
    if image.is_dir():
        return f"oci:{image}" if (image / "oci-layout").exists() else f"dir:{image}"
    if "manifest.json" in names:
        return f"docker-archive:{image}"
    return f"oci-archive:{image}"


def by_imgscope(image: Path, work: Path) -> Path:
    """To a directory."""
    run(sys.executable, "-m", "imgscope", "extract", image, "-q", "-o", work / "imgscope")
    return work / "imgscope"


def by_tar(image: Path, work: Path) -> Path:
    """From the tar that imgscope writes, by GNU tar."""
    run(sys.executable, "-m", "imgscope", "extract", image, "-q", "-o", "-", output=work / "it.tar")
    (work / "tar").mkdir()
    run("tar", "-C", work / "tar", "--xattrs", "--xattrs-include=*", "--numeric-owner", "-xpf", work / "it.tar")
    return work / "tar"


def by_umoci(image: Path, work: Path) -> Path:
    """By umoci, from a layout of plain layers that skopeo makes."""
    run("skopeo", "copy", "--dest-decompress", source(image), f"dir:{work / 'plain'}")
    run("skopeo", "copy", f"dir:{work / 'plain'}", f"oci:{work / 'layout'}:1")
    run("umoci", "raw", "unpack", "--image", f"{work / 'layout'}:1", work / "umoci")
    return work / "umoci"


def podman(work: Path, *arguments: str | Path, output: Path | None = None) -> None:
    """Podman with a storage of its own."""
    storage = "--root", work / "storage", "--runroot", work / "run", "--storage-driver", "vfs"
    quiet = "--events-backend", "none", "--cgroup-manager", "cgroupfs"
    run("podman", *storage, *quiet, *arguments, output=output)


def exported(work: Path, name: str, export: Path) -> Path:
    """The files of an image in podman's storage, from a container that is made and not run."""
    podman(work, "create", "--name", "compared", "--network=none", name, "none")
    podman(work, "export", "--output", work / "export.tar", "compared")
    podman(work, "rm", "compared")
    export.mkdir()
    run("tar", "-C", export, "--xattrs", "--xattrs-include=*", "--numeric-owner", "-xpf", work / "export.tar")
    return export


def by_podman(image: Path, work: Path) -> Path:
    """By podman, loaded by skopeo."""
    podman(work, "pull", source(image))
    images = subprocess.run(
        ["podman", "--root", work / "storage", "--runroot", work / "run", "--storage-driver", "vfs", "images", "-q"],
        capture_output=True,
        text=True,
        check=True,
    )
    return exported(work, images.stdout.split()[0], work / "podman")


def by_podman_import(_image: Path, work: Path) -> Path:
    """By podman, from the tar that imgscope wrote."""
    podman(work, "import", work / "it.tar", IMAGE)
    return exported(work, IMAGE, work / "import")


ENGINES: dict[str, Callable[[Path, Path], Path]] = {
    "tar": by_tar,
    "umoci": by_umoci,
    "podman": by_podman,
    "podman import": by_podman_import,
}
_MOUNTS = frozenset((b"dev", b"proc", b"sys", b"run", b"etc"))
"""Directories that podman makes in every container."""


def compared(image: Path, work: Path) -> list[str]:
    """A row of the table: the image, how many paths it has, and how many differ by engine."""
    ours = tree(by_imgscope(image, work))
    row = [image.name, str(len(ours))]
    for name, unpack in ENGINES.items():
        try:
            theirs = tree(unpack(image, work))
        except RuntimeError as error:
            print(f"{image.name}: {name}: {error}", file=sys.stderr)
            row.append("-")
            continue
        added = {path for path in theirs.keys() - ours.keys() if path in _MOUNTS and "podman" in name}
        differ = [path for path in differing(ours, theirs, _implied(image)) if path not in added]
        row.append(str(len(differ)))
        for path in differ[:5]:
            print(f"{image.name}: {name}: {path!r}\n  {ours.get(path)}\n  {theirs.get(path)}", file=sys.stderr)
    return row


def _implied(image: Path) -> list[bytes]:
    import imgscope
    from imgscope.filesystem.rootfs import NONE

    with imgscope.open_image(str(image)) as opened:
        fs = imgscope.inspect(opened).filesystem
        return [fs.rootfs.path(node) for node in fs.nodes() if fs.rootfs.entry[node] == NONE]


def main(arguments: list[str]) -> None:
    """Compare the images that are named, or the fixtures."""
    images = [Path(one).absolute() for one in arguments] or sorted(
        path for path in FIXTURES.iterdir() if path.is_dir() or path.name.endswith(".tar")
    )
    print("| image | paths | " + " | ".join(ENGINES) + " |\n|---|--:|" + "--:|" * len(ENGINES))
    for image in images:
        work = Path(tempfile.mkdtemp(prefix="imgscope-compared-"))
        try:
            print("| " + " | ".join(compared(image, work)) + " |", flush=True)
        except RuntimeError as error:
            print(f"| {image.name} | {error} |", flush=True)
        finally:
            shutil.rmtree(work)


if __name__ == "__main__":
    main(sys.argv[1:])
