import json
import os
from pathlib import Path
from typing import Any

import pytest

from awaithumans import AwaitHumans, ConfigurationError
from awaithumans.discovery import Endpoint, resolve, same_server

LOCAL = {"url": "http://localhost:3001", "admin_api_token": "local-token", "pid": 7}


def write(home: Path, content: Any) -> Path:
    path = home / ".awaithumans-dev.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(0o600)
    return path


def test_without_anything_it_is_the_local_default_and_no_key(empty_home: Path) -> None:
    endpoint = resolve()
    assert (endpoint.server_url, endpoint.api_key) == ("http://localhost:3001", None)


def test_the_discovery_file_is_found_in_the_home(empty_home: Path) -> None:
    write(empty_home, {**LOCAL, "url": "http://localhost:4000/"})
    endpoint = resolve()
    assert (endpoint.server_url, endpoint.api_key) == ("http://localhost:4000", "local-token")
    assert endpoint.key_source == "~/.awaithumans-dev.json"


def test_the_environment_goes_before_the_file(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(empty_home, LOCAL)
    monkeypatch.setenv("AWAITHUMANS_URL", " https://tasks.example.com/ ")
    monkeypatch.setenv("AWAITHUMANS_ADMIN_API_TOKEN", "env-token\n")
    endpoint = resolve()
    assert (endpoint.server_url, endpoint.api_key) == ("https://tasks.example.com", "env-token")


def test_arguments_go_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWAITHUMANS_URL", "https://tasks.example.com")
    monkeypatch.setenv("AWAITHUMANS_ADMIN_API_TOKEN", "env-token")
    endpoint = resolve("http://other.example.com", "my-token")
    assert (endpoint.server_url, endpoint.api_key) == ("http://other.example.com", "my-token")


def test_empty_values_count_as_not_given(empty_home: Path) -> None:
    environ = {"AWAITHUMANS_URL": "", "AWAITHUMANS_ADMIN_API_TOKEN": "  "}
    assert resolve("", "", environ=environ, home=empty_home) == resolve()


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://tasks.example.com",
        "http://localhost:3002",
        "https://localhost:3001",
        "http://localhost:3001/prefix",
        "http://localhost.example.com:3001",
    ],
)
def test_the_local_token_is_never_sent_to_another_server(empty_home: Path, elsewhere: str) -> None:
    write(empty_home, LOCAL)
    assert resolve(elsewhere).api_key is None
    assert resolve(environ={"AWAITHUMANS_URL": elsewhere}).api_key is None


@pytest.mark.parametrize(
    "alias", ["http://localhost:3001/", "HTTP://LOCALHOST:3001", "http://127.0.0.1:3001"]
)
def test_the_same_server_by_another_name_gets_its_token(empty_home: Path, alias: str) -> None:
    write(empty_home, LOCAL)
    assert resolve(alias).api_key == "local-token"


def test_default_ports_are_the_same_as_none() -> None:
    assert same_server("https://a.example.com", "https://A.example.com:443/")
    assert same_server("http://[::1]:3001", "http://localhost:3001")
    assert not same_server("https://a.example.com", "https://b.example.com")


def test_a_file_without_an_address_is_about_the_default_one(empty_home: Path) -> None:
    write(empty_home, {"admin_api_token": "local-token"})
    assert resolve().api_key == "local-token"
    assert resolve("https://tasks.example.com").api_key is None


def test_a_key_of_ones_own_goes_to_the_files_server(empty_home: Path) -> None:
    write(empty_home, {**LOCAL, "url": "http://localhost:4000"})
    endpoint = resolve(api_key="mine")
    assert (endpoint.server_url, endpoint.api_key) == ("http://localhost:4000", "mine")


CORRUPT = ["", "{", "[]", "null", '{"url": 7}', '{"admin_api_token": ["x"]}', "[" * 100_000]


@pytest.mark.parametrize("content", CORRUPT, ids=lambda content: content[:20] or "empty")
def test_a_corrupt_file_is_named_with_what_to_do(empty_home: Path, content: str) -> None:
    path = write(empty_home, content)
    with pytest.raises(ConfigurationError) as caught:
        AwaitHumans(server_url="http://localhost:3001")
    assert caught.value.code == "DISCOVERY_FILE_INVALID"
    assert str(path) in caught.value.message
    assert "awaithumans dev" in caught.value.hint


def test_a_file_of_bytes_is_named_with_what_to_do(empty_home: Path) -> None:
    (empty_home / ".awaithumans-dev.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="UnicodeDecodeError"):
        resolve()


def test_a_file_that_cannot_be_opened_is_named_with_what_to_do(empty_home: Path) -> None:
    (empty_home / ".awaithumans-dev.json").mkdir()
    with pytest.raises(ConfigurationError, match="IsADirectoryError"):
        resolve()


def test_a_corrupt_file_that_is_not_needed_is_not_read(empty_home: Path) -> None:
    write(empty_home, "{")
    assert resolve("http://localhost:3001", "mine").api_key == "mine"


def test_a_corrupt_file_does_not_leak_its_content(empty_home: Path) -> None:
    write(empty_home, '{"admin_api_token": "canary-secret"')
    with pytest.raises(ConfigurationError) as caught:
        resolve()
    assert "canary-secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_user_without_a_home_has_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000 - 7)
    assert resolve().api_key is None


@pytest.mark.parametrize(
    "url",
    [
        *("localhost:3001", "tasks.example.com", "ftp://tasks.example.com", "http://", "//a"),
        *("http://a:port", "http://a:0", "http://a:99999", "http://[::1", "http://a b"),
        *("http://a\x00b", "http://tasks.example.com\n.evil", "http://ä.example.com"),
        *("http://a/?q=1", "http://a/#x", "http://sue:canary@a", "javascript:alert(1)"),
    ],
)
def test_a_malformed_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve(url, "key")
    assert caught.value.code == "SERVER_URL_INVALID"
    assert "server_url=" in caught.value.hint
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("key", ["two words", "ключ", "a\x00b", "a\r\nX-Evil: 1"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve("http://a", key)
    assert caught.value.code == "API_KEY_INVALID"
    assert key not in str(caught.value)


def test_the_key_is_not_in_a_repr() -> None:
    assert "canary" not in repr(Endpoint("http://a", "canary"))
