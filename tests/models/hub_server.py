"""A hub on the loopback: the few endpoints that push and pull need, spoken to by the real client.

It keeps repositories in memory: branches that name commits, commits that name files. Tokens that start with
"write" may write; private repositories answer 401 without a token, as the public hub does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

Files = dict[str, bytes]


@dataclass
class Repository:
    private: bool = False
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Files] = field(default_factory=dict)

    def commit(self, branch: str, files: Files) -> str:
        whole = {**self.commits.get(self.branches.get(branch, ""), {}), **files}
        seed = repr(sorted((name, hashlib.sha256(data).hexdigest()) for name, data in whole.items()))
        sha = hashlib.sha1(f"{branch}{len(self.commits)}{seed}".encode()).hexdigest()
        self.commits[sha] = whole
        self.branches[branch] = sha
        return sha


@dataclass
class Hub:
    url: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    blobs: Files = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def add(self, repo_id: str, files: Files, *, private: bool = False) -> None:
        self.repositories[repo_id] = repository = Repository(private)
        repository.commit("main", files)


class Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def answer(self, status: int, value: Any = None, body: bytes = b"", **headers: str) -> None:
        if value is not None:
            body, headers = json.dumps(value).encode(), {"Content-Type": "application/json", **headers}
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_one(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(f"{self.command} {path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        for method, pattern, run in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and self.command in method.split():
                run(self, body, **found.groupdict())
                return
        self.answer(404, {"error": f"no such endpoint {path}"})

    do_GET = do_HEAD = do_POST = do_PUT = handle_one

    def token(self) -> str:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ")

    def writable(self) -> bool:
        if not self.token():
            self.answer(401, {"error": "Invalid username or password."})
        elif not self.token().startswith("write"):
            self.answer(403, {"error": "You don't have the rights to write."})
        return self.token().startswith("write")

    def repository(self, repo: str) -> Repository | None:
        found = self.hub.repositories.get(repo)
        if found is None or (found.private and not self.token()):
            headers = {"X_Error_Code": "RepoNotFound", "X_Error_Message": "Repository not found"}
            self.answer(404 if found is None and self.token() else 401, {"error": "not found"}, **headers)
            return None
        return found

    def snapshot(self, repo: str, revision: str) -> tuple[str, Files] | None:
        repository = self.repository(repo)
        if repository is None:
            return None
        sha = repository.branches.get(revision, revision)
        if sha not in repository.commits:
            headers = {"X_Error_Code": "RevisionNotFound", "X_Error_Message": "Invalid rev id"}
            self.answer(404, {"error": "no revision"}, **headers)
            return None
        return sha, repository.commits[sha]


def create(self: Handler, body: bytes) -> None:
    wanted = json.loads(body)
    owner = wanted.get("organization") or "somebody"
    repo = f"{owner}/{wanted['name']}"
    if not self.writable():
        return
    status = 409 if repo in self.hub.repositories else 200
    if status == 200:
        self.hub.add(
            repo,
            {".gitattributes": b""},
            private=wanted.get("visibility") == "private" or bool(wanted.get("private")),
        )
    self.answer(status, {"url": f"{self.hub.url}/{repo}", "name": repo, "id": repo})


def branch(self: Handler, body: bytes, repo: str, name: str) -> None:
    repository = self.repository(repo) if self.writable() else None
    if repository is not None:
        status = 409 if name in repository.branches else 200
        repository.branches.setdefault(name, repository.branches["main"])
        self.answer(status, {})


def validate(self: Handler, body: bytes) -> None:
    self.answer(200, {"errors": [], "warnings": []})


def preupload(self: Handler, body: bytes, repo: str, revision: str) -> None:
    if self.writable() and self.snapshot(repo, revision):
        modes = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(".safetensors") else "regular",
                "shouldIgnore": False,
            }
            for file in json.loads(body)["files"]
        ]
        self.answer(200, {"files": modes})


def lfs(self: Handler, body: bytes, repo: str) -> None:
    objects = [
        {**item, "actions": {"upload": {"href": f"{self.hub.url}/lfs/{item['oid']}"}}}
        for item in json.loads(body)["objects"]
    ]
    self.answer(200, {"transfer": "basic", "objects": objects})


def keep(self: Handler, body: bytes, oid: str) -> None:
    assert hashlib.sha256(body).hexdigest() == oid
    self.hub.blobs[oid] = body
    self.answer(200)


def commit(self: Handler, body: bytes, repo: str, revision: str) -> None:
    repository = self.repository(repo) if self.writable() else None
    if repository is None:
        return
    files: Files = {}
    for line in body.splitlines():
        item = json.loads(line)
        value = item["value"]
        if item["key"] == "file":
            files[value["path"]] = base64.b64decode(value["content"])
        if item["key"] == "lfsFile":
            files[value["path"]] = self.hub.blobs[value["oid"]]
    sha = repository.commit(revision, files)
    self.answer(200, {"commitUrl": f"{self.hub.url}/{repo}/commit/{sha}", "commitOid": sha, "success": True})


def info(self: Handler, body: bytes, repo: str, revision: str = "main") -> None:
    if found := self.snapshot(repo, revision):
        siblings = [{"rfilename": name} for name in found[1]]
        self.answer(200, {"id": repo, "sha": found[0], "siblings": siblings, "private": False, "tags": []})


def tree(self: Handler, body: bytes, repo: str, revision: str) -> None:
    if found := self.snapshot(repo, revision):
        oids = {name: hashlib.sha1(data).hexdigest() for name, data in found[1].items()}
        rows = [
            {"type": "file", "path": n, "size": len(data), "oid": oids[n]} for n, data in found[1].items()
        ]
        self.answer(200, rows)


def resolve(self: Handler, body: bytes, repo: str, revision: str, file: str) -> None:
    if found := self.snapshot(repo, revision):
        data = found[1].get(file)
        headers = {"X_Repo_Commit": found[0]}
        if data is None:
            self.answer(404, {"error": "no entry"}, X_Error_Code="EntryNotFound", **headers)
            return
        etag = f'"{hashlib.sha1(data).hexdigest()}"'
        self.answer(200, body=data, ETag=etag, Accept_Ranges="bytes", **headers)


REPO = r"(?P<repo>[^/]+/[^/]+)"
ROUTES = (
    ("POST", r"/api/repos/create", create),
    ("POST", r"/api/validate-yaml", validate),
    ("POST", rf"/api/models/{REPO}/branch/(?P<name>.+)", branch),
    ("POST", rf"/api/models/{REPO}/preupload/(?P<revision>.+)", preupload),
    ("POST", rf"/api/models/{REPO}/commit/(?P<revision>.+)", commit),
    ("GET", rf"/api/models/{REPO}/revision/(?P<revision>.+)", info),
    ("GET", rf"/api/models/{REPO}/tree/(?P<revision>.+)", tree),
    ("GET", rf"/api/models/{REPO}", info),
    ("POST", rf"/{REPO}\.git/info/lfs/objects/batch", lfs),
    ("PUT", r"/lfs/(?P<oid>[0-9a-f]+)", keep),
    ("GET HEAD", rf"/{REPO}/resolve/(?P<revision>[^/]+)/(?P<file>.+)", resolve),
)


@contextmanager
def serve() -> Iterator[Hub]:
    hub = Hub()
    handler = type("OneHub", (Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
