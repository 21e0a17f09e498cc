"""SIGTERM at any moment: the daemon ends well within its time, and what it leaves is whole.

LONG_STOPS sets how often: `LONG_STOPS=50` for the long version. The seed is fixed.
"""

import os
import pty
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.acceptance.test_commands import COMMAND, environment

STOPS = int(os.environ.get("LONG_STOPS", "3"))
SEED = 7
CONFIG = """
data = "data"
example = true
[console]
enabled = false
[watches.all]
indicators = ["all"]
when = "at once"
wait_seconds = 1
channels = ["out"]
[channels.out]
type = "folder"
path = "digests"
"""


def start(folder: Path) -> subprocess.Popen[str]:
    """A daemon that has begun to listen to signals."""
    daemon = subprocess.Popen([COMMAND, "run"], cwd=folder, stdout=subprocess.PIPE, text=True, env=environment())
    assert daemon.stdout is not None
    for line in daemon.stdout:
        if "Ctrl-C stops" in line:
            return daemon
    raise AssertionError(f"it ended with {daemon.wait()}")


@pytest.mark.timeout(120 + 120 * STOPS)
def test_a_daemon_that_is_stopped_at_any_moment_ends_well_and_leaves_everything_whole(tmp_path: Path) -> None:
    (tmp_path / "mubiao.toml").write_text(CONFIG)
    moments, longest = random.Random(SEED), 0.0
    for _ in range(STOPS):
        daemon = start(tmp_path)
        try:
            time.sleep(moments.uniform(0, 3))  # an instant of the daemon's life, not an order of events
            began = time.monotonic()
            daemon.send_signal(signal.SIGTERM)
            output, _ = daemon.communicate(timeout=90)  # 30 where nothing else runs
        finally:
            daemon.kill()
            daemon.wait()
        longest = max(longest, time.monotonic() - began)
        assert daemon.returncode == 0, output
        assert "Stopped" in output
        assert "Traceback" not in output
    done = subprocess.run(
        [COMMAND, "fsck"], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment()
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(f"{STOPS} stops, the longest took {longest:.1f} s; seed {SEED}")


def test_a_daemon_whose_terminal_is_closed_ends(tmp_path: Path) -> None:
    (tmp_path / "mubiao.toml").write_text(CONFIG.replace("example = true", ""))
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    # A leader of a session that opens a terminal has it as its own, and is told (SIGHUP) when it goes.
    daemon = subprocess.Popen(
        ["sh", "-c", f"exec '{COMMAND}' run <'{name}' >'{name}' 2>&1"], cwd=tmp_path, env=environment(),
        start_new_session=True,
    )  # fmt: skip
    try:
        shown = b""
        while b"Ctrl-C stops" not in shown:
            shown += os.read(ours, 1000)
        os.close(theirs)  # not before the daemon has it open: a terminal that nobody has open cannot be read
        deadline = time.monotonic() + 60
        while not (tmp_path / "data" / "mubiao.running").exists() and time.monotonic() < deadline:
            time.sleep(0.05)  # from then on it listens
        os.close(ours)
        daemon.wait(timeout=60)
    finally:
        daemon.kill()
        daemon.wait(timeout=60)
