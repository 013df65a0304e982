"""One cache for candleflare and for `huggingface_hub`, the hub's own library: what either downloads, the other finds."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import BINARY, ROOT

MODEL, REPOSITORY = "@cf/baai/bge-small-en-v1.5", "BAAI/bge-small-en-v1.5"
COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"
# The bundled embedder under the exact checkpoint's name.
FILES = {
    name: (ROOT / "models/kindling-embed" / name).read_bytes() for name in ("config.json", "tokenizer.json", "model.safetensors")
}


class Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Paths of which the body was asked for.
    asked: list[str] = []

    def answer(self, body: bytes, **headers: str) -> None:
        self.send_response(200)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.asked.append(self.path)
            self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.startswith(f"/api/models/{REPOSITORY}/tree/{COMMIT}"):
            tree = [{"type": "file", "path": name, "size": len(bytes_), "oid": COMMIT} for name, bytes_ in FILES.items()]
            return self.answer(json.dumps(tree).encode(), content_type="application/json")
        if re.match(f"/api/models/{REPOSITORY}(/revision/|$)", self.path):
            siblings = [{"rfilename": name, "size": len(bytes_)} for name, bytes_ in FILES.items()]
            card = {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings, "cardData": {"license": "mit"}, "tags": []}
            return self.answer(json.dumps(card).encode(), content_type="application/json")
        found = re.match(f"/{REPOSITORY}/resolve/[^/]+/(.+)", self.path)
        if not found or found[1] not in FILES:
            return self.send_error(404)
        body = FILES[found[1]]
        etag = hashlib.sha1(b"blob %d\0" % len(body) + body) if len(body) < 100_000 else hashlib.sha256(body)
        return self.answer(body, etag=f'"{etag.hexdigest()}"', x_repo_commit=COMMIT)

    do_HEAD = do_GET

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def environment(tmp_path):
    """An empty cache, and a hub of our own."""
    hub = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CANDLEFLARE_", "HF_"))}
    yield {**inherited, "HF_HUB_CACHE": str(tmp_path / "hub"), "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}"}
    hub.shutdown()


def said(environment, *command: str) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def python(environment, program: str) -> str:
    return said(environment, sys.executable, "-c", f"from huggingface_hub import *\n{program}")


def test_what_candleflare_pulls_the_hubs_library_finds(environment):
    snapshot = said(environment, BINARY, "pull", MODEL).strip()
    offline = {**environment, "HF_HUB_OFFLINE": "1"}
    at = f"{REPOSITORY!r}, revision={COMMIT!r}"
    assert python(offline, f"print(snapshot_download({at}))").strip() == snapshot
    weights = python(offline, f"print(hf_hub_download({REPOSITORY!r}, 'model.safetensors', revision={COMMIT!r}))").strip()
    with open(weights, "rb") as file:
        assert file.read() == FILES["model.safetensors"]
    scanned = python(environment, "cache = scan_cache_dir(); print([repo.repo_id for repo in cache.repos], cache.warnings)")
    assert scanned.strip() == f"['{REPOSITORY}'] []"
    # Nothing is downloaded twice.
    Hub.asked.clear()
    python(environment, f"snapshot_download({at})")
    assert not [path for path in Hub.asked if path.endswith(".safetensors")], Hub.asked


def test_what_the_hubs_library_downloads_answers(environment):
    python(environment, f"snapshot_download({REPOSITORY!r}, revision={COMMIT!r})")
    shown = json.loads(said(environment, BINARY, "show", MODEL, "--json"))
    assert (shown["answered_by"], shown["in_cache"]) == (f"{REPOSITORY} (exact)", [REPOSITORY])
    assert "was here" in subprocess.run([BINARY, "pull", MODEL], env=environment, capture_output=True, text=True, check=True).stderr
    assert "freed" in said(environment, BINARY, "rm", MODEL)
    assert python(environment, "print(len(scan_cache_dir().repos))").strip() == "0"
