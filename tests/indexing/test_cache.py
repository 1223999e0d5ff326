"""The cache's directory: what is put there comes back, or does not; it is never something else, and never an error."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from imgscope.blob import Extent
from imgscope.errors import SettingsError
from imgscope.indexing import cache as module
from imgscope.indexing.cache import Cache, Key, key_of, user_cache
from imgscope.sources.directory import DirectoryFiles
from imgscope.sources.files import FileBlob, OpenFile
from tests.build import BytesBlob
from tests.faults import Doors, Trap, system_error

KEY, OTHER = Key("0" * 40), Key("1" * 40)
DATA = bytes(range(256)) * 64


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A cache that is not there yet."""
    return Cache(str(tmp_path / "cache"))


@pytest.fixture
def old_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were written a moment ago count as old."""
    monkeypatch.setattr("imgscope.sources.files._SETTLED", -1_000_000_000)


def names(cache: Cache) -> list[str]:
    """What lies in the directory."""
    return sorted(os.listdir(cache.directory))


def file_of(cache: Cache) -> Path:
    """The one file of a cache."""
    (entry,) = cache.entries()
    return Path(entry.path)


def packed_size(cache: Cache) -> int:
    """Bytes of all entries."""
    return sum(entry.size for entry in cache.entries())


def noise(size: int) -> bytes:
    """Bytes that do not shrink."""
    return random.Random(size).randbytes(size)


# What is kept


def test_what_was_put_comes_back(cache: Cache) -> None:
    assert cache.get(KEY, "table") is None
    cache.put(KEY, "table", DATA)
    cache.put(KEY, "points", b"")

    assert cache.get(KEY, "table") == DATA
    assert cache.get(KEY, "points") == b""
    assert cache.get(KEY, "prints") is None
    assert cache.get(OTHER, "table") is None
    assert Cache(cache.directory).get(KEY, "table") == DATA
    assert cache.problem is None


def test_what_is_put_again_takes_the_place_of_the_first(cache: Cache) -> None:
    cache.put(KEY, "table", b"first")
    cache.put(KEY, "table", b"second")

    assert cache.get(KEY, "table") == b"second"
    assert names(cache) == [f"{KEY}.table"]


def test_nobody_else_may_look_into_it(cache: Cache) -> None:
    cache.put(KEY, "table", DATA)

    assert os.stat(cache.directory).st_mode & 0o777 == 0o700
    assert os.stat(file_of(cache)).st_mode & 0o777 == 0o600


# What goes


def test_what_was_not_used_for_longest_goes_first(cache: Cache) -> None:
    keys = [Key(f"{number:040x}") for number in range(8)]
    for number, key in enumerate(keys):
        cache.put(key, "table", noise(10_000))
        os.utime(Path(cache.directory, f"{key}.table"), (number, number))
    assert cache.get(keys[0], "table")  # used now, so no longer the oldest
    cache.most = 5 * 10_100
    cache.shrink()

    assert [key for key in keys if cache.get(key, "table")] == [keys[0], *keys[5:]]


def test_it_never_grows_far_beyond_its_bounds(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "cache"), most=100_000)
    for number in range(200):
        cache.put(Key(f"{number:040x}"), "table", noise(10_000))
        assert packed_size(cache) <= 110_200
    assert packed_size(cache) > 80_000


def test_one_thing_does_not_push_out_all_others(tmp_path: Path) -> None:
    cache = Cache(str(tmp_path / "cache"), most=100_000)
    cache.put(KEY, "table", noise(30_000))

    assert cache.get(KEY, "table") is None


def test_what_nobody_finished_writing_goes_after_an_hour(cache: Cache) -> None:
    cache.put(KEY, "table", DATA)
    fresh, old = Path(cache.directory, ".new-a"), Path(cache.directory, ".new-b")
    fresh.touch()
    old.touch()
    os.utime(old, (time.time() - 4000,) * 2)
    cache.shrink()

    assert names(cache) == [".new-a", f"{KEY}.table"]


def test_clearing_takes_what_is_ours_and_nothing_else(cache: Cache, tmp_path: Path) -> None:
    cache.put(KEY, "table", DATA)
    cache.put(OTHER, "points", DATA)
    size = packed_size(cache)
    Path(cache.directory, ".new-left").touch()
    strangers = ["readme.txt", f"{KEY}.table.bak", "0.table", f"{KEY.replace('0', 'x')}.table"]
    for name in strangers:
        Path(cache.directory, name).write_text("x")
    Path(cache.directory, f"{'2' * 40}.table").mkdir()
    Path(cache.directory, f"{'3' * 40}.table").symlink_to(tmp_path / "elsewhere")

    assert cache.clear() == (2, size)
    assert names(cache) == sorted([*strangers, f"{'2' * 40}.table", f"{'3' * 40}.table"])
    assert cache.clear() == (0, 0)


# What is wrong with a file


@pytest.mark.parametrize("size", [0, 1, 16, 31, 32, 33, 60])
def test_a_file_cut_short_is_a_miss(cache: Cache, size: int) -> None:
    cache.put(KEY, "table", DATA)
    os.truncate(file_of(cache), size)

    assert cache.get(KEY, "table") is None


def test_a_file_with_a_flipped_bit_is_a_miss(cache: Cache) -> None:
    cache.put(KEY, "table", DATA)
    path = file_of(cache)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert cache.get(KEY, "table") is None
    path.write_bytes(whole)
    assert cache.get(KEY, "table") == DATA


def test_what_is_sealed_but_not_packed_is_a_miss(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "_packed", lambda data: data)
        cache.put(KEY, "table", b"no zstd frame")

    assert cache.get(KEY, "table") is None


def test_a_link_in_place_of_a_file_is_not_followed(cache: Cache, tmp_path: Path) -> None:
    cache.put(OTHER, "table", DATA)
    elsewhere = tmp_path / "elsewhere"
    os.rename(file_of(cache), elsewhere)
    kept = elsewhere.read_bytes()
    os.symlink(elsewhere, Path(cache.directory, f"{KEY}.table"))

    assert cache.get(KEY, "table") is None
    cache.put(KEY, "table", b"new")
    assert cache.get(KEY, "table") == b"new"
    assert elsewhere.read_bytes() == kept


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_a_miss_and_stays(cache: Cache, make: Callable[[Path], None]) -> None:
    os.mkdir(cache.directory, 0o700)
    make(Path(cache.directory, f"{KEY}.table"))

    assert cache.get(KEY, "table") is None
    assert list(cache.entries()) == []


# What is wrong with the directory


def test_a_directory_that_others_write_to_is_left_alone(cache: Cache) -> None:
    cache.put(KEY, "table", DATA)
    os.chmod(cache.directory, 0o777)

    assert cache.get(KEY, "table") is None
    cache.put(OTHER, "table", DATA)
    assert names(cache) == [f"{KEY}.table"]
    assert cache.problem == "can be written to by others"
    assert cache.clear() == (0, 0)


def test_a_directory_of_somebody_else_is_left_alone(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(KEY, "table", DATA)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    assert cache.get(KEY, "table") is None
    cache.put(OTHER, "table", DATA)
    assert names(cache) == [f"{KEY}.table"]
    assert cache.problem == "belongs to somebody else"


def test_a_link_of_ones_own_to_ones_own_directory_is_fine(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "large-disk").mkdir(mode=0o700)
    os.symlink(tmp_path / "large-disk", cache.directory)
    cache.put(KEY, "table", DATA)

    assert cache.get(KEY, "table") == DATA


def test_a_file_where_the_directory_should_be_is_no_error(cache: Cache) -> None:
    Path(cache.directory).write_text("x")
    cache.put(KEY, "table", DATA)

    assert cache.get(KEY, "table") is None
    assert cache.problem
    assert list(cache.entries()) == []


def test_without_a_home_directory_nothing_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: "~/.cache/imgscope")
    cache = Cache()
    cache.put(KEY, "table", DATA)

    assert cache.get(KEY, "table") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_directory_that_cannot_be_written_to_is_still_read(cache: Cache) -> None:
    cache.put(KEY, "table", DATA)
    os.chmod(cache.directory, 0o500)
    cache.put(OTHER, "table", DATA)

    assert cache.get(KEY, "table") == DATA
    assert cache.problem == "cannot be written to: permission denied"
    os.chmod(cache.directory, 0o700)


@pytest.mark.parametrize("door", ["replace", "makedirs", "stat", "utime", "scandir"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_no_fault_of_the_system_is_an_error(
    cache: Cache, door: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put(OTHER, "table", DATA)
    for at in range(1, 4):
        with monkeypatch.context() as patch:
            patch.setattr(module, "os", Doors(os, Trap(at, system_error(number)), door))
            cache.put(KEY, "table", DATA)
            assert cache.get(KEY, "table") in (DATA, None)
            cache.shrink()
    assert cache.get(OTHER, "table") == DATA
    assert not [name for name in names(cache) if name.startswith(".new-")]


def test_a_full_disk_leaves_nothing_half_written(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(OTHER, "table", DATA)

    def full(*_arguments: object) -> object:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        cache.put(KEY, "table", DATA)

    assert names(cache) == [f"{OTHER}.table"]
    assert cache.problem == "cannot be written to: no space left on device"
    assert cache.get(OTHER, "table") == DATA


# Several at once


def _use(directory: str, seed: int) -> int:
    """Put, read and clear in any order; how often something was found. It must be what belongs there."""
    chosen, cache, found = random.Random(seed), Cache(directory), 0
    for _ in range(300):
        number = chosen.randrange(5)
        key, data = Key(f"{number:040x}"), bytes([number]) * 5000
        what = chosen.random()
        if what < 0.45:
            cache.put(key, "table", data)
        elif what < 0.97:
            got = cache.get(key, "table")
            assert got in (None, data)
            found += got is not None
        elif what < 0.985:
            cache.clear()
        else:
            cache.shrink()
    return found


def test_several_processes_use_it_at_once(tmp_path: Path) -> None:
    directory = str(tmp_path / "cache")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.starmap(_use, [(directory, seed) for seed in range(4)])

    assert sum(found) > 100
    assert not [name for name in os.listdir(directory) if name.startswith(".new-")]


# Keys


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file."""
    path = tmp_path / "image"
    path.write_bytes(DATA)
    return path


def keys(path: Path) -> Iterator[Key | None]:
    """The keys of several parts of a file."""
    with closing(OpenFile.open(str(path))) as file:
        for offset, size in ((0, None), (0, 100), (100, 100), (1, 100), (100, 1)):
            yield key_of(FileBlob(file, "x", offset, size))


@pytest.mark.usefixtures("old_files")
def test_each_part_of_a_file_has_a_key_of_its_own(image: Path) -> None:
    first = list(keys(image))

    assert None not in first
    assert len(set(first)) == len(first)
    assert list(keys(image)) == first


@pytest.mark.usefixtures("old_files")
def test_another_file_of_the_same_name_size_and_time_has_another_key(image: Path, tmp_path: Path) -> None:
    first, status = list(keys(image)), os.stat(image)
    other = tmp_path / "other"
    other.write_bytes(DATA[::-1])
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(other, image)

    assert not set(keys(image)) & set(first)


@pytest.mark.usefixtures("old_files")
def test_a_file_written_to_in_place_has_another_key_whatever_its_time_says(image: Path) -> None:
    first, status = list(keys(image)), os.stat(image)
    time.sleep(0.02)  # longer than a tick of the clock that files are stamped by
    with image.open("r+b") as file:
        file.write(b"changed")
    os.utime(image, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert os.stat(image).st_mtime_ns == status.st_mtime_ns
    assert not set(keys(image)) & set(first)


@pytest.mark.usefixtures("old_files")
def test_a_file_written_to_while_it_is_open_has_no_key_any_more(image: Path) -> None:
    with closing(OpenFile.open(str(image))) as file:
        assert key_of(FileBlob(file, "x"))
        time.sleep(0.02)
        with image.open("r+b") as stream:
            stream.write(b"changed")
        assert key_of(FileBlob(file, "x")) is None


def test_what_was_written_a_moment_ago_has_no_key(image: Path) -> None:
    assert set(keys(image)) == {None}


@pytest.mark.usefixtures("old_files")
def test_what_has_no_name_has_no_key(image: Path) -> None:
    with closing(OpenFile.open(str(image))) as file:
        assert key_of(FileBlob(file, "x"))
        os.unlink(image)
        assert key_of(FileBlob(file, "x")) is None
    assert key_of(BytesBlob(DATA)) is None


@pytest.mark.usefixtures("old_files")
def test_a_file_of_a_directory_is_known_by_itself(image: Path) -> None:
    with closing(DirectoryFiles(str(image.parent))) as files:
        assert key_of(files.open("image")) == next(keys(image))


def test_a_system_that_hides_the_time_of_changes_gives_no_keys(
    image: Path, old_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imgscope.sources.files.os.name", "nt")

    assert set(keys(image)) == {None}


def test_another_version_of_imgscope_has_other_keys(
    image: Path, old_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = list(keys(image))
    monkeypatch.setattr(module, "__version__", "99")

    assert not set(keys(image)) & set(first)


def test_a_key_says_nothing_that_could_leave_the_directory() -> None:
    class Odd(BytesBlob):
        def extent(self) -> Extent:
            return Extent(0, 1, 2, 3, 4, -5, 6)

    key = key_of(Odd(b""))

    assert key is not None
    assert len(key) == 40
    assert key.isalnum()


# Where it is


def test_variables_say_where_it_is_and_how_large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMGSCOPE_CACHE_DIR", str(tmp_path / "here"))
    monkeypatch.setenv("IMGSCOPE_CACHE_SIZE", "20MB")
    found = user_cache()

    assert (found.directory, found.most) == (str(tmp_path / "here"), 20_000_000)
    monkeypatch.setenv("IMGSCOPE_CACHE_SIZE", "0")
    assert user_cache().most == 0
    monkeypatch.setenv("IMGSCOPE_CACHE_SIZE", "much")
    with pytest.raises(SettingsError, match="IMGSCOPE_CACHE_SIZE: not a size: 'much'"):
        user_cache()


def test_it_is_where_the_system_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMGSCOPE_CACHE_DIR")
    found = user_cache()

    assert os.path.basename(found.directory) == "imgscope"
    assert found.most == 1_000_000_000
