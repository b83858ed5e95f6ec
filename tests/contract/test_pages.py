"""The pages: the dashboard as a browser gets it, and what is there when it is not built."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from awaithumans.server.api import bundle
from awaithumans.server.api.pages import PAGES
from tests.support.inprocess import InProcess, in_process

_INDEX = b"<!doctype html><title>dashboard</title>" + b" " * 2000
_SCRIPT = b"console.log('a script');" * 100
_BROWSING = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_ASSET = "/assets/index-B1gHash.js"


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without credentials, on a server with a small dashboard."""
    built = tmp_path / "dist"
    for name, content in {
        "index.html": _INDEX,
        _ASSET[1:]: _SCRIPT,
        "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        ".vite/license.md": b"licences",
    }.items():
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_bytes(content)
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(bundle, "find", lambda: built)
    async with in_process(tmp_path / "data") as served:
        yield served.stranger


@pytest.fixture
async def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[InProcess]:
    """A server without a dashboard."""
    monkeypatch.setattr(bundle, "find", lambda: None)
    async with in_process(tmp_path / "data") as served:
        yield served


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_is_the_dashboard_with_a_strict_policy(site: httpx.AsyncClient, path: str):
    answer = await site.get(path)
    assert (answer.status_code, answer.content) == (200, _INDEX)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers.get_list("cache-control") == ["no-cache"]
    assert len(answer.headers.get_list("content-security-policy")) == 1


async def test_a_page_that_is_known_is_not_sent_again(site: httpx.AsyncClient):
    first = await site.get("/")
    again = await site.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = await site.get("/", headers={"if-none-match": '"another"'})
    assert other.status_code == 200


async def test_assets_are_kept_for_ever_and_sent_compressed(site: httpx.AsyncClient):
    answer = await site.get(_ASSET)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(gzip.compress(_SCRIPT, 6, mtime=0))
    assert answer.content == _SCRIPT
    plain = await site.get(_ASSET, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == _SCRIPT


async def test_what_has_no_hash_in_its_name_is_asked_for_again(site: httpx.AsyncClient):
    answer = await site.get("/favicon.svg")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "image/svg+xml"


async def test_a_browser_sees_the_dashboard_where_there_is_nothing_and_a_404(
    site: httpx.AsyncClient,
):
    answer = await site.get("/nothing/here", headers=_BROWSING)
    assert (answer.status_code, answer.content) == (404, _INDEX)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/api/nothing", _BROWSING), ("/nothing", {}), ("/assets/gone.js", {"accept": "*/*"})],
)
async def test_a_program_gets_a_404_in_json(
    site: httpx.AsyncClient, path: str, headers: dict[str, str]
):
    answer = await site.get(path, headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "path",
    [
        b"/../secret.txt",
        b"/assets/../../secret.txt",
        b"/%2e%2e/secret.txt",
        b"/assets/..%2f..%2fsecret.txt",
        b"/..%5csecret.txt",
        b"//secret.txt",
        b"/index.html",
        b"/.vite/license.md",
    ],
)
async def test_no_path_leads_to_a_file_that_is_not_part_of_the_site(
    site: httpx.AsyncClient, path: bytes
):
    url = httpx.URL(scheme="http", host="testserver", raw_path=path)
    answer = await site.send(site.build_request("GET", url))
    assert answer.status_code == 404
    assert b"secret" not in answer.content


async def test_a_page_takes_nothing_but_reading(site: httpx.AsyncClient):
    answer = await site.post("/task", json={})
    assert (answer.status_code, answer.json()["error_code"]) == (405, "METHOD_NOT_ALLOWED")
    assert (await site.head("/")).status_code == 200


async def test_without_a_built_dashboard_the_server_says_so(bare: InProcess):
    for path in ("/", "/setup", "/login", "/task"):
        answer = await bare.stranger.get(path)
        assert answer.status_code == 200
        assert "dashboard is not built" in answer.text
        assert "make run" in answer.text
    lost = await bare.stranger.get("/nothing", headers=_BROWSING)
    assert (lost.status_code, lost.json()["error_code"]) == (404, "NOT_FOUND")


async def test_the_interface_has_a_page_beside_the_dashboard(site: httpx.AsyncClient):
    answer = await site.get("/api/docs")
    assert "sha256-" in answer.headers["content-security-policy"]
    assert b"listTasks" in answer.content
