import pytest

from awaithumans.server.outbox.targets import (
    MalformedTarget,
    all_public,
    is_public,
    literal,
    parse,
)


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "authority"),
    [
        ("https://example.com", "https", "example.com", 443, "example.com"),
        ("HTTP://Example.COM/x?a=b", "http", "example.com", 80, "Example.COM"),
        ("https://example.com:8443/a/b", "https", "example.com", 8443, "example.com:8443"),
        ("http://hook_1.svc/", "http", "hook_1.svc", 80, "hook_1.svc"),
        ("https://xn--exmple-cua.com/?q", "https", "xn--exmple-cua.com", 443, "xn--exmple-cua.com"),
        ("http://127.0.0.1:9/", "http", "127.0.0.1", 9, "127.0.0.1:9"),
        ("http://[2606:4700::1]:9/", "http", "2606:4700::1", 9, "[2606:4700::1]:9"),
        ("http://[::FFFF:1.2.3.4]/", "http", "::ffff:1.2.3.4", 80, "[::FFFF:1.2.3.4]"),
    ],
)
def test_a_url_is_taken_apart(url: str, scheme: str, host: str, port: int, authority: str) -> None:
    target = parse(url)
    assert (target.scheme, target.port, target.authority) == (scheme, port, authority)
    assert literal(target.host) == literal(host)
    assert target.host == host or ":" in host


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "//example.com", "https:/example.com", "javascript:alert(1)", "https://"),
        *("https://?x", "https://:80/", "https://.example.com/", "https://example.com./"),
        *("https://-example.com/", "https://ex ample.com/", "https://example.com/\n"),
        *("https://example.com/\x00", "https://éxample.com/", "https://example.com/é"),
        *("https://%31%32%37.0.0.1/", "https://a@b/", "https://:b@c/", "https://@c/"),
        *("https://example.com:x/", "https://example.com:-1/", "https://example.com:0/"),
        *("https://example.com:65536/", "https://example.com:/", "https://[::1/", "https://::1/"),
        *("https://[127.0.0.1]/", "https://[::1%25lo]/", "https://[v1.x]/", "https://x/#"),
        *("https://[2606:4700::1]x/", "https://256.1.1.1/", "https://08.8.8.8/"),
        *("https://010.8.8.8/", "https://127。0。0。1/", "https://x:\uff18\uff10/"),
        *("https://x\\@127.0.0.1/", "https://" + "a." * 127 + "b/", "https://x/" + "x" * 2000),
    ],
)
def test_what_is_no_url_to_send_to_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(MalformedTarget) as refused:
        parse(url)
    assert len(url) < 4 or url not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("::1", "::1"),
        ("example.com", None),
        ("1.2.3.4.5", None),
        ("999.1.1.1", None),
        ("4294967296", None),
        ("1.example", None),
    ],
)
def test_an_address_is_one_however_it_is_written(host: str, address: str | None) -> None:
    assert literal(host) == address


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200"),
        *("127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.170.2", "172.16.0.1"),
        *("172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1"),
        *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
        *("239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1"),
        *("2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1"),
        *("fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "not an address"),
    ],
)
def test_an_address_that_is_not_on_the_internet_is_refused(address: str) -> None:
    assert not is_public(address)
    assert not all_public(["8.8.8.8", address])


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"),
        *("126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255"),
        *("192.169.0.0", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::8a"),
    ],
)
def test_an_address_on_the_internet_is_not(address: str) -> None:
    assert is_public(address)
    assert all_public([address, "8.8.8.8"])
