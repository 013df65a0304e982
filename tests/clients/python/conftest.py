"""An emulator for the whole run, an account for each test.

The tests' fixtures: `emulator` (`.url`, `.api`, `.journal(account)`), `account` (a world of its own), `start`
(another emulator with arguments of its own).
"""

import json
import os
import secrets
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BINARY = os.environ.get("CANDLEFLARE_BIN", str(ROOT / "target/release/candleflare"))
# How long the binary may take until it listens, and until it has drained. Far above what it needs.
PATIENCE_S = 20


class Emulator:
    def __init__(self, folder: Path, *args: str):
        ready = folder / "ready.json"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CANDLEFLARE_")}
        # What else is in this machine's cache of the hub must not answer.
        inherited["HF_HUB_CACHE"] = str(folder / "no-cache")
        self.log = folder / "stderr.log"
        with self.log.open("wb") as log:
            command = [BINARY, "serve", "--port", "0", "--ready-file", str(ready), *args]
            self.process = subprocess.Popen(command, cwd=folder, env=inherited, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while not ready.exists():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.01)
        self.url = json.loads(ready.read_text())["url"]
        self.api = f"{self.url}/client/v4"

    def journal(self, account: str) -> list[dict]:
        with urllib.request.urlopen(f"{self.url}/__candleflare/requests?account={account}") as response:
            return json.load(response)["requests"]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    running = Emulator(tmp_path_factory.mktemp("emulator"))
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(*args: str) -> Emulator:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(Emulator(folder, *args))
        return started[-1]

    yield begin
    for each in started:
        each.stop()


@pytest.fixture
def account() -> str:
    return secrets.token_hex(16)
