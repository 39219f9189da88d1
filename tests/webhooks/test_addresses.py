from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.webhooks.addresses import ForbiddenAddress, check_addresses, check_url, is_public, look_up

PUBLIC = ["93.184.216.34", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "2606:4700::1111"]
CLOSED_NETWORKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "64:ff9b:1::/48",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
ADDRESSES_INSIDE = st.sampled_from(CLOSED_NETWORKS).flatmap(
    lambda network: st.integers(0, ip_network(network).num_addresses - 1).map(lambda n: ip_network(network)[n])
)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(ip_address(address))


@given(ADDRESSES_INSIDE)
def test_no_address_of_a_closed_network_is_public(address):
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_in_the_clothes_of_another_kind_is_judged_by_what_it_is(address):
    number = int(address)
    dressed = [
        ip_address(0xFFFF << 32 | number),
        ip_address(0x64FF9B << 96 | number),
        ip_address(0x2002 << 112 | number << 80),
    ]

    assert {is_public(inner) for inner in dressed} == {is_public(address)}


def test_one_address_that_is_not_public_among_others_is_named():
    with pytest.raises(ForbiddenAddress, match=r"10\.0\.0\.1 is not public \(DEDUPE_WEBHOOKS_PRIVATE allows it\)"):
        check_addresses([ip_address("8.8.8.8"), ip_address("10.0.0.1")])


@pytest.mark.parametrize(
    "url",
    ["https://example.org/hook?key=1", "http://example.org:8080", "https://8.8.8.8/", "http://xn--bcher-kva.example/"],
)
def test_a_url_of_another_is_in_order(url):
    check_url(url, private=False)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("ftp://example.org", "http:// or https://"),
        ("example.org", "http:// or https://"),
        ("https://", "http:// or https://"),
        ("https://user:pass@example.org/", "no name and password"),
        ("https://@example.org/", "no name and password"),
        ("https://example.org/#part", "no fragment"),
        ("https://example.org:99999/", "is no URL"),
        ("https://[::1", "is no URL"),
        ("https://example.org/a b", "ASCII without spaces"),
        ("https://bücher.example/", "ASCII without spaces"),
        ("https://example.org/" + "x" * 2_000, "at most 2000 characters"),
        ("http://127.0.0.1:6379/", "not public"),
        ("http://[::1]/", "not public"),
        ("http://[::ffff:10.0.0.1]/", "not public"),
        ("http://169.254.169.254/latest/meta-data/", "not public"),
    ],
)
def test_a_url_that_cannot_be_used_breaks_a_rule_that_is_named(url, rule):
    with pytest.raises(ValueError, match=rule):
        check_url(url, private=False)


def test_an_address_of_this_network_is_in_order_where_that_is_allowed():
    check_url("http://127.0.0.1:6379/", private=True)


def test_ways_to_write_loopback_all_lead_to_it():
    found = {address for host in ("localhost", "127.1", "0x7f000001", "2130706433") for address in look_up(host, 80)}

    assert found
    assert not any(is_public(ip_address(address)) for address in found)
