"""What all tests share: no way out of this machine, and a report of the chapters' times."""

import socket

import pytest
from hypothesis import settings

# The same examples every time, and none of them timed: whether a change passes must not hang on luck or on
# what else the machine does. `pytest -m hypothesis --hypothesis-profile=new` looks at others.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None)
settings.load_profile("repeatable")

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """A connection to anywhere but this machine is an error."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise RuntimeError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def pytest_terminal_summary(terminalreporter):
    """Seconds per whole chapter: nbmake's own limit is for one cell."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, [])]
    times = {r.fspath: r.duration for r in reports if r.when == "call" and str(r.fspath).endswith(".ipynb")}
    if times:
        terminalreporter.section("seconds per chapter")
        for name, seconds in sorted(times.items()):
            terminalreporter.write_line(f"{seconds:6.1f}  {name}")
