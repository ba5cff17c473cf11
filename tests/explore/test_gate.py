"""Whose requests are answered, without a server: hosts and origins."""

import json

import pytest

pytest.importorskip("starlette", reason="the extra `web` is not installed")

from instahash.errors import LONGEST
from instahash.explore.gate import Refused, check_source, is_loopback, refusal


@pytest.mark.parametrize(
    "host, served",
    [
        ("127.0.0.1:8000", "127.0.0.1"),
        ("localhost:8000", "127.0.0.1"),
        ("LocalHost", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("192.168.1.5:8000", "192.168.1.5"),
        ("192.168.1.5:8000", "0.0.0.0"),
        ("[fe80::1]:8000", "::"),
    ],
)
def test_names_that_are_answered(host, served):
    check_source("GET", "/", {"host": host}, served)


@pytest.mark.parametrize(
    "host, served",
    [
        ("evil.example", "127.0.0.1"),
        ("127.0.0.1.evil.example:8000", "127.0.0.1"),
        ("localhost.evil.example", "127.0.0.1"),
        ("evil.example", "0.0.0.0"),
        ("192.168.1.5:8000", "127.0.0.1"),
        ("localhost.", "127.0.0.1"),
        ("user@localhost", "127.0.0.1"),
        ("[::1", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_names_that_are_not(host, served):
    with pytest.raises(Refused) as refused:
        check_source("GET", "/", {"host": host}, served)
    assert refused.value.status_code == 403
    with pytest.raises(Refused):
        check_source("GET", "/", {}, served)


@pytest.mark.parametrize("came", ["\x86\x1b[2J", "\u202e\u2066", "two\nlines", "x" * 1000])
def test_the_line_of_a_refusal_has_nothing_that_steers_a_terminal(came):
    said = json.loads(refusal(400, f"the host is '{came}'; give another one").body)["error"]
    assert said.isprintable() and len(said) <= LONGEST and said.endswith("; give another one")


@pytest.mark.parametrize(
    "method, path, headers, taken",
    [
        ("POST", "/api/explain", {}, True),  # no browser
        ("POST", "/api/explain", {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}, True),
        ("POST", "/api/explain", {"origin": "http://localhost:9000"}, False),
        ("POST", "/api/explain", {"origin": "https://evil.example"}, False),
        ("POST", "/api/explain", {"origin": "null"}, False),
        ("POST", "/api/explain", {"sec-fetch-site": "cross-site"}, False),
        ("POST", "/api/explain", {"sec-fetch-site": "same-site"}, False),
        ("GET", "/api/model", {"sec-fetch-site": "cross-site"}, False),
        ("GET", "/api/model", {"origin": "http://evil.example"}, False),
        ("GET", "/", {"sec-fetch-site": "cross-site"}, True),  # a link
        ("GET", "/", {"sec-fetch-site": "none"}, True),  # typed
    ],
)
def test_other_pages_may_not_ask(method, path, headers, taken):
    headers = {"host": "localhost:8000", **headers}
    if taken:
        check_source(method, path, headers, "127.0.0.1")
    else:
        with pytest.raises(Refused):
            check_source(method, path, headers, "127.0.0.1")


def test_addresses_of_this_machine_alone():
    assert all(map(is_loopback, ("127.0.0.1", "127.5.0.1", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.1.5", "example.org", "")))
