"""Fetching, from a server on this machine: resume, checksum, and what to put where when it fails."""

import errno
import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vidlab.videos import DiskError, VideoError, fetch, kth

DATA = bytes(range(256)) * 400


class Server(ThreadingHTTPServer):
    """Serves `files`; `ranges` says whether it resumes, `breaks` after how many bytes it hangs up."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.ranges, self.breaks = True, None
        self.asked: list[tuple[str, str | None]] = []

    @property
    def sources(self) -> tuple[str, ...]:
        return (f"http://127.0.0.1:{self.server_port}/{{name}}",)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        name, wanted = self.path.lstrip("/"), self.headers["Range"]
        self.server.asked.append((name, wanted))
        data = self.server.files.get(name)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        if data is None or start >= len(data):
            self.send_error(404 if data is None else 416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start : self.server.breaks])

    def log_message(self, format, *args):
        pass


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


def test_a_file_is_fetched_whole(server, tmp_path):
    server.files["a.bin"] = DATA
    assert fetch.download("a.bin", tmp_path, server.sources, sha1(DATA)).read_bytes() == DATA
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_a_file_that_is_there_is_not_fetched(server, tmp_path):
    (tmp_path / "a.bin").write_bytes(DATA)
    fetch.download("a.bin", tmp_path, server.sources, sha1(DATA))
    assert server.asked == []


def test_a_wrong_file_that_is_there_is_named_and_left(server, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"other")
    with pytest.raises(VideoError, match="a.bin: its SHA-1 is not .*; delete it and fetch it again"):
        fetch.download("a.bin", tmp_path, server.sources, sha1(DATA))
    assert (tmp_path / "a.bin").read_bytes() == b"other"


def test_a_broken_download_goes_on_where_it_was(server, tmp_path):
    server.files["a.bin"], server.breaks = DATA, 30_000
    with pytest.raises(VideoError, match="the connection broke off after 30000 bytes"):
        fetch.download("a.bin", tmp_path, server.sources, sha1(DATA))
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin.part"]
    server.breaks = None
    assert fetch.download("a.bin", tmp_path, server.sources, sha1(DATA)).read_bytes() == DATA
    assert server.asked == [("a.bin", None), ("a.bin", "bytes=30000-")]


def test_a_server_that_cannot_resume_begins_anew(server, tmp_path):
    server.files["a.bin"], server.ranges = DATA, False
    (tmp_path / "a.bin.part").write_bytes(DATA[:1000])
    assert fetch.download("a.bin", tmp_path, server.sources, sha1(DATA)).read_bytes() == DATA


def test_a_whole_part_needs_no_more_bytes(server, tmp_path):
    server.files["a.bin"] = DATA
    (tmp_path / "a.bin.part").write_bytes(DATA)
    assert fetch.download("a.bin", tmp_path, server.sources, sha1(DATA)).read_bytes() == DATA


def test_another_file_than_expected_is_thrown_away(server, tmp_path):
    server.files["a.bin"] = b"<html>moved</html>"
    with pytest.raises(VideoError, match="another file than expected") as caught:
        fetch.download("a.bin", tmp_path, server.sources, sha1(DATA))
    assert str(tmp_path / "a.bin") in str(caught.value) and sha1(DATA) in caught.value.remedy
    assert "put the file there by hand" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_the_second_source_is_tried_and_all_reasons_are_told(server, tmp_path):
    server.files["b/a.bin"] = DATA
    base = server.sources[0].removesuffix("{name}")
    sources = (base + "{name}", base + "b/{name}")
    assert fetch.download("a.bin", tmp_path, sources, sha1(DATA)).read_bytes() == DATA
    with pytest.raises(VideoError, match=r"(?i)not found.*not found"):
        fetch.download("c.bin", tmp_path, sources, None)


def test_a_full_disk_is_said(server, tmp_path, monkeypatch):
    server.files["a.bin"] = DATA

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetch, "_get", full)
    with pytest.raises(DiskError, match="a.bin: the disk is full; make room"):
        fetch.download("a.bin", tmp_path, server.sources, sha1(DATA))


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_only_the_named_files_are_unpacked(tmp_path):
    files = {"a.avi": b"A", "sub/b.avi": b"B", "../evil.avi": b"E", "x.txt": b""}
    (tmp_path / "a.zip").write_bytes(zipped(files))
    fetch.unpack(tmp_path / "a.zip", tmp_path / "out", ["a.avi", "b.avi"])
    assert sorted(path.name for path in tmp_path.rglob("*.avi")) == ["a.avi", "b.avi"]


def test_a_zip_without_a_video_and_a_damaged_zip_are_named(tmp_path):
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"a.avi": b"A"}))
    with pytest.raises(VideoError, match="a.zip: it does not hold b.avi"):
        fetch.unpack(archive, tmp_path / "out", ["a.avi", "b.avi"])
    archive.write_bytes(b"PK" + DATA)
    with pytest.raises(VideoError, match="a.zip: it is damaged"):
        fetch.unpack(archive, tmp_path / "out", ["a.avi"])
    data = bytearray(zipped({"a.avi": DATA}))
    data[60:70] = b"0123456789"
    archive.write_bytes(data)
    with pytest.raises(VideoError, match="a.zip: it is damaged"):
        fetch.unpack(archive, tmp_path / "new", ["a.avi"])
    assert list((tmp_path / "new").iterdir()) == []


@pytest.fixture
def kth_server(server) -> Server:
    """A server with KTH's list and the zip of one action, its videos a few bytes each."""
    stems = [f"person{p:02d}_{a}_d{d}" for p in range(1, 26) for a in kth.ACTIONS for d in range(1, 5)]
    stems.remove("person13_handclapping_d3")
    server.files[kth.SEQUENCES] = "\r\n".join(f"{stem}\tframes\t1-9" for stem in stems).encode()
    server.files["handclapping.zip"] = zipped(
        {f"{stem}_uncomp.avi": stem.encode() for stem in stems if "handclapping" in stem}
    )
    return server


def test_kth_is_fetched_once(kth_server, tmp_path):
    hashes = {"handclapping.zip": sha1(kth_server.files["handclapping.zip"])}
    for _ in range(2):
        fetch.kth(tmp_path, ["handclapping"], kth_server.sources, hashes)
    assert [name for name, _ in kth_server.asked] == [kth.SEQUENCES, "handclapping.zip"]
    assert len(list((tmp_path / "handclapping").iterdir())) == 99
    assert sorted(path.name for path in tmp_path.iterdir()) == [kth.SEQUENCES, "handclapping"]
    assert len(kth.load(tmp_path).missing) == 500


def test_a_page_in_place_of_the_list_is_not_taken_for_it(server, tmp_path):
    server.files[kth.SEQUENCES] = b"<html>not here any more</html>"
    with pytest.raises(VideoError, match="it lists 0 videos, not 599; delete it"):
        fetch.kth(tmp_path, ["boxing"], server.sources, {})


def test_every_action_has_a_checksum():
    assert set(fetch.KTH_SHA1) == {f"{action}.zip" for action in kth.ACTIONS}
