"""Addresses of mails: `Name <name@example.com>`, or without a name."""

import re
import unicodedata
from email.headerregistry import Address

_LOCAL_PART = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_LABEL = r"\w(?:[\w-]{0,61}\w)?"
_ADDRESS = re.compile(
    rf"(?P<local>(?=[^@]{{1,64}}@){_LOCAL_PART})@(?P<domain>{_LABEL}(?:\.{_LABEL})*)"
)
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_QUOTED = re.compile(r'"(?P<name>(?:[^"\\]|\\.)*)"')
_LONGEST = 254
_LONGEST_NAME = 200


class BadAddress(ValueError):
    """It can't be written to; the message is the end of a sentence about it, without itself."""


def parse_sender(text: str) -> Address:
    """Read an address with or without a name; a domain in letters of its own becomes ASCII.

    Raises:
        BadAddress: It is none.
    """
    named = _NAMED.fullmatch(text.strip())
    name = _name(named["name"]) if named else ""
    address = (named["address"] if named else text).strip()
    found = _ADDRESS.fullmatch(address)
    if found is None or len(address) > _LONGEST:
        raise BadAddress('must be an address such as "Reviews <reviews@example.com>"')
    try:
        domain = found["domain"].encode("idna").decode()
    except UnicodeError:
        raise BadAddress("must have a domain that exists in the domain name system") from None
    return Address(name, found["local"], domain)


def _name(text: str) -> str:
    text = text.strip()
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise BadAddress("must have a name without line breaks and other controls")
    if len(text) > _LONGEST_NAME:
        raise BadAddress(f"must have a name of at most {_LONGEST_NAME} characters")
    quoted = _QUOTED.fullmatch(text)
    return re.sub(r"\\(.)", r"\1", quoted["name"]) if quoted else text
