import base64
import os
from pathlib import Path

import pytest

from awaithumans.server.config import ConfigurationError, Settings, load, unknown_names, variables

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No variable, no `.env`, an empty home."""
    for name in [name for name in os.environ if name.upper().startswith("AWAITHUMANS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_has_a_default() -> None:
    settings = load()
    assert (settings.host, settings.port) == ("127.0.0.1", 3001)
    assert settings.folder == Path("/home/somebody/.awaithumans")
    assert settings.database_path == Path("/home/somebody/.awaithumans/awaithumans.db")
    assert settings.base_url == "http://localhost:3001"
    assert (settings.payload_key, settings.admin_api_token, settings.public_url) == (None,) * 3


@pytest.mark.parametrize(
    ("name", "value", "attribute", "wanted"),
    [
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("PORT", "8080", "port", 8080),
        ("PUBLIC_URL", "https://humans.example.com/", "base_url", "https://humans.example.com"),
        ("PUBLIC_URL", "https://example.com/humans/", "base_url", "https://example.com/humans"),
        ("DATA_DIR", "~/here", "folder", Path("/home/somebody/here")),
        ("DATABASE_URL", "sqlite:////var/a.db", "database_path", Path("/var/a.db")),
        ("DATABASE_URL", "sqlite:///a.db", "database_path", Path("a.db")),
        ("DATABASE_URL", "sqlite:///~/a.db", "database_path", Path("/home/somebody/a.db")),
        ("PAYLOAD_KEY", KEY, "payload_key", KEY),
        ("PAYLOAD_KEY", f"{KEY}, {OTHER_KEY}", "payload_key", f"{KEY}, {OTHER_KEY}"),
        ("ADMIN_API_TOKEN", "sixteen letters!", "admin_api_token", "sixteen letters!"),
    ],
)
def test_a_setting_is_read_from_the_environment_and_from_a_file(
    name: str, value: str, attribute: str, wanted: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text(f"AWAITHUMANS_{name}='{value}'\n", encoding="utf-8")
    assert getattr(load(), attribute) == wanted
    Path(".env").unlink()
    monkeypatch.setenv(f"AWAITHUMANS_{name}", value)
    assert getattr(load(), attribute) == wanted


def test_the_bytes_of_every_payload_key_are_told_the_present_one_first() -> None:
    assert load().payload_keys == []
    both = load(payload_key=f"{OTHER_KEY}, {KEY}")
    assert both.payload_keys == [bytes(32), bytes(range(32))]


def test_the_command_line_wins_then_the_environment_then_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("AWAITHUMANS_PORT=1111\n", encoding="utf-8")
    monkeypatch.setenv("AWAITHUMANS_PORT", "2222")
    assert load(port=3333).port == 3333
    assert load(port=None).port == 2222
    monkeypatch.delenv("AWAITHUMANS_PORT")
    assert load().port == 1111


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_variable_that_is_empty_is_not_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"AWAITHUMANS_{name.upper()}", "")
    assert load() == Settings.model_construct()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PORT", "many", "integer"),
        ("PORT", "0", "greater"),
        ("PORT", "65536", "less"),
        ("PUBLIC_URL", "humans.example.com", "must be an http or https address"),
        ("PUBLIC_URL", "ftp://humans.example.com", "must be an http or https address"),
        ("PUBLIC_URL", "https://humans.example.com/?a=b", "must be an http or https address"),
        ("PUBLIC_URL", "https://", "must be an http or https address"),
        ("PAYLOAD_KEY", "short", "32 bytes in URL-safe base64"),
        ("PAYLOAD_KEY", f"{KEY},", "32 bytes in URL-safe base64"),
        ("PAYLOAD_KEY", f"{KEY},short", "32 bytes in URL-safe base64"),
        ("PAYLOAD_KEY", "é" * 43, "32 bytes in URL-safe base64"),
        ("ADMIN_API_TOKEN", "fifteen letters", "16 characters"),
        ("DATABASE_URL", "mysql://localhost/tasks", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///", "sqlite:///"),
    ],
)
def test_a_bad_value_is_refused_with_the_name_of_its_variable_and_never_echoed(
    name: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"AWAITHUMANS_{name}", value)
    with pytest.raises(ConfigurationError) as error:
        _ = load().database_path
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"AWAITHUMANS_{name}")
    assert why in line
    assert value in ("0", "sqlite:///") or value not in line


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("127.0.0.1", ["127.0.0.1/32"]),
        ("127.0.0.1,10.0.0.0/8", ["127.0.0.1/32", "10.0.0.0/8"]),
        (" ::1 , 2001:db8::/32, ", ["::1/128", "2001:db8::/32"]),
        (",", []),
        ("0.0.0.0/0", ["0.0.0.0/0"]),
    ],
)
def test_proxies_are_addresses_and_networks(
    value: str, wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load().trusted_proxies == []
    monkeypatch.setenv("AWAITHUMANS_TRUSTED_PROXIES", value)
    assert load().trusted_proxies == wanted
    assert load(trusted_proxies=["10.0.0.0/8"]).trusted_proxies == ["10.0.0.0/8"]


@pytest.mark.parametrize(
    "value", ["*", "nginx", "127.0.0.1 10.0.0.1", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1,*"]
)
def test_a_proxy_that_is_no_address_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWAITHUMANS_TRUSTED_PROXIES", value)
    with pytest.raises(ConfigurationError, match="must be addresses and networks") as error:
        load()
    assert str(error.value).startswith("AWAITHUMANS_TRUSTED_PROXIES: ")
    assert f" {value}" not in str(error.value)


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWAITHUMANS_PORT", "x")
    monkeypatch.setenv("AWAITHUMANS_PAYLOAD_KEY", "x")
    with pytest.raises(ConfigurationError) as error:
        load()
    assert len(str(error.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:3001"),
        ("0.0.0.0", "http://localhost:3001"),
        ("::", "http://localhost:3001"),
        ("::1", "http://[::1]:3001"),
        ("10.1.2.3", "http://10.1.2.3:3001"),
    ],
)
def test_without_a_public_url_links_lead_to_this_machine(host: str, url: str) -> None:
    assert load(host=host).base_url == url


def test_names_that_nothing_reads_are_found_wherever_they_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("AWAITHUMANS_PROT=1\nOTHER=2\nawaithumans_port=3\n", encoding="utf-8")
    for name in ("AWAITHUMANS_PORT", "AWAITHUMANS_URL", "AWAITHUMANS_TOKEN", "AWAITHUMAN_X"):
        monkeypatch.setenv(name, "4")
    assert unknown_names() == ["AWAITHUMANS_PROT", "AWAITHUMANS_TOKEN"]


def test_variables_of_the_env_file_stand_in_for_those_that_are_not_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("ONE_KEY=file\nmixedCase=file\nGONE=file\nEMPTY=\n", encoding="utf-8")
    monkeypatch.setenv("ONE_KEY", "environment")
    monkeypatch.setenv("GONE", "")
    found = variables()
    assert (found["ONE_KEY"], found["mixedCase"], found["GONE"]) == ("environment", "file", "file")
    assert "EMPTY" not in found


def test_secrets_are_not_shown() -> None:
    settings = load(payload_key=KEY, admin_api_token="sixteen letters!")
    assert KEY not in repr(settings)
    assert "sixteen" not in repr(settings)
