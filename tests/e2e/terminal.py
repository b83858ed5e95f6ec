"""A person at a terminal of their own, or a script without one, with a command in front of them."""

import os
import pty
import select
import subprocess
import sys
import time

from tests.support.process import COMMAND, TOKEN, ServerProcess, clean_environment

CTRL_C, CTRL_D = "\x03", "\x04"
# Ctrl-C reaches whoever has the terminal as the controlling one.
_OWNING = (
    "import fcntl, os, sys, termios;"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


def without_terminal(
    server: ServerProcess, *arguments: str | bytes, typed: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command that knows the server to its end, as a script does."""
    done = subprocess.run(
        [COMMAND, *arguments],
        input=typed if isinstance(typed, bytes) else typed.encode(),
        env=_knowing(server) | environment,
        cwd=server.home,
        capture_output=True,
        timeout=30,
        check=False,
    )
    said = done.stderr.decode()
    assert "Traceback" not in said
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), said)


def _knowing(server: ServerProcess) -> dict[str, str]:
    known = {"AWAITHUMANS_URL": server.url, "AWAITHUMANS_ADMIN_API_TOKEN": TOKEN}
    return clean_environment(server.home) | known


class Terminal:
    """A command that knows the server, on a pseudo-terminal.

    Attributes:
        shown: All that the person has seen.
    """

    def __init__(self, server: ServerProcess, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self._read = 0
        self.shown = ""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _OWNING, COMMAND, *arguments],
            env=_knowing(server),
            cwd=server.home,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def answer(self, question: str, typed: str = "") -> None:
        """Wait until something is shown after what was read before, and type."""
        deadline = time.monotonic() + 20
        while question not in self.shown[self._read :]:
            if not self._look(deadline):
                self.end()
                raise AssertionError(f"{question!r} was not shown:\n{self.shown}")
        self._read = self.shown.index(question, self._read) + len(question)
        os.write(self._ours, typed.encode())

    def leave(self, question: str, key: str = CTRL_C) -> int:
        """Answer with a key that ends the command, as `end` does.

        Python does not see a Ctrl-C of the moment in which it begins to read a line, so it is
        pressed again after a while, as a person would.
        """
        self.answer(question)
        pressing = time.monotonic() + 10
        while self._process.poll() is None and time.monotonic() < pressing:
            os.write(self._ours, key.encode())
            self._see(time.monotonic() + 0.5)
        return self.end()

    def end(self) -> int:
        """See the rest; return the exit code, or that of a kill if the command does not end."""
        deadline = time.monotonic() + 10
        self._see(deadline)
        if time.monotonic() >= deadline:
            self._process.kill()
        os.close(self._ours)
        return self._process.wait(10)

    def _see(self, deadline: float) -> None:
        while self._look(deadline):
            pass

    def _look(self, deadline: float) -> bool:
        """Read what is shown next; False at the end, and when nothing comes until the deadline."""
        ready, _, _ = select.select([self._ours], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            read = os.read(self._ours, 4096)
        except OSError:  # Linux's end of a terminal that nobody has any more
            return False
        self.shown += read.decode(errors="replace")
        return bool(read)
