"""Fetch KTH: download with checksum and resume, unpack. The data may be used for non-commercial ends and asks
to be cited (Schuldt, Laptev, Caputo, ICPR 2004).

Nothing needs this but the wish for the real videos; who has the zip files puts them into the folder by hand.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from http.client import HTTPException
from pathlib import Path

from .kth import ACTIONS, SEQUENCES, parse_name, read_sequences
from .reading import NO_ROOM, DiskError, VideoError, written_whole

KTH_SOURCES = (
    "https://www.csc.kth.se/cvap/actions/{name}",
    "https://web.archive.org/web/20190421074025id_/http://www.nada.kth.se/cvap/actions/{name}",
)
KTH_SHA1 = {
    "walking.zip": "a3e81537271a0ab4576591774baa38c2d97b7e3a",
    "jogging.zip": "21943bdbcef9dad106db0d74661e49eaeaa15a25",
    "running.zip": "da83bb313edfd4455fffdda6263696fa10d43c6f",
    "boxing.zip": "adb36ed9c29c846d44d2ba15f348bd115c951bbd",
    "handwaving.zip": "0792f7cd69f7f895a205c08ac212ddaa7177e370",
    "handclapping.zip": "d3b81261aa822ef63d0d1523f945bfaff27814d2",
}
VIDEOS = 599
DELETE = "delete it and fetch it again"
BLOCK = 1 << 20
WAIT = 30  # seconds without an answer


def kth(
    root: str | Path,
    actions: Iterable[str] = ACTIONS,
    sources: Sequence[str] = KTH_SOURCES,
    sha1: dict[str, str] = KTH_SHA1,
) -> Path:
    """Fetch KTH's list and the videos of `actions` into `root`, one folder an action; returns `root`.

    What is there is not fetched again, an interrupted download goes on where it was, and a zip file with the
    right checksum that lies in `root` is used. Raises VideoError that says which file to put where, and
    DiskError where there is no room (about 1.2 GB in all, and the largest zip while it is unpacked).
    """
    root = Path(root)
    root.mkdir(parents=True, exist_ok=True)
    download(SEQUENCES, root, sources, None)
    listed = read_sequences(root / SEQUENCES)
    if len(listed) != VIDEOS:
        reason = f"it lists {len(listed)} videos, not {VIDEOS}"
        raise VideoError(root / SEQUENCES, reason, DELETE)
    for action in actions:
        names = {f"{stem}_uncomp.avi" for stem in listed if parse_name(stem)[1] == action}
        if all((root / action / name).is_file() for name in names):
            continue
        archive = download(f"{action}.zip", root, sources, sha1[f"{action}.zip"])
        unpack(archive, root / action, names)
        archive.unlink()
    return root


def download(name: str, folder: str | Path, sources: Sequence[str], sha1: str | None) -> Path:
    """The file `folder/name`, from the first source (an address with `{name}`) that gives it whole.

    A file that is there and has the checksum is left as it is. What has come so far is kept beside it, as
    `name.part`, and the next call goes on from there. Raises VideoError with each source's reason, and with
    what to put where by hand.
    """
    path = Path(folder) / name
    if path.is_file():
        if sha1 in (None, _sha1(path)):
            return path
        raise VideoError(path, f"its SHA-1 is not {sha1}", DELETE)
    aside = path.with_name(name + ".part")
    reasons = []
    for source in sources:
        address = source.format(name=name)
        try:
            _get(address, aside)
            if sha1 in (None, _sha1(aside)):
                os.replace(aside, path)
                return path
            aside.unlink()
            reasons.append(f"{address}: another file than expected (SHA-1)")
        except (OSError, HTTPException) as error:  # an OSError, too, when the server cannot be reached
            if getattr(error, "errno", None) in NO_ROOM:
                remedy = "make room and run this again: it goes on where it was"
                raise DiskError(path, "the disk is full", remedy) from error
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            reasons.append(f"{address}: {reason}")
    remedy = "run this again later, or put the file there by hand" + (f" (SHA-1 {sha1})" if sha1 else "")
    raise VideoError(path, f"it cannot be fetched ({'; '.join(reasons)})", remedy)


def _get(address: str, path: Path) -> None:
    """Download to `path`, going on after what is there if the server can do that."""
    have = path.stat().st_size if path.is_file() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=WAIT)
    except urllib.error.HTTPError as error:
        if error.code != 416:  # nothing left to send: the checksum tells whether what is there is whole
            raise
        return
    with response, open(path, "ab" if response.status == 206 else "wb") as file:
        expected = file.tell() + (response.length or 0)
        shutil.copyfileobj(response, file, BLOCK)
        if file.tell() < expected:
            raise ConnectionError(f"the connection broke off after {file.tell()} bytes")


def unpack(archive: str | Path, folder: str | Path, names: Iterable[str]) -> None:
    """Take the named files, and nothing else, out of a zip file; each is whole or not there.

    Raises VideoError where the archive is damaged or lacks one of them.
    """
    archive, folder = Path(archive), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as whole:
            members = {Path(info.filename).name: info for info in whole.infolist()}
            for name in sorted(names):
                if name not in members:
                    raise VideoError(archive, f"it does not hold {name}", DELETE)
                with (
                    whole.open(members[name]) as source,
                    written_whole(folder / name) as aside,
                    open(aside, "wb") as target,
                ):
                    shutil.copyfileobj(source, target, BLOCK)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise VideoError(archive, f"it is damaged ({error})", DELETE) from error


def _sha1(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()
