"""Reads sample messages back with Python's email package and compares them with what they should hold.

Run by hand after the ignored test in samples.rs: python3 check_with_python.py FOLDER
"""

import email
import email.header
import email.policy
import email.utils
import json
import pathlib
import re
import sys
import unicodedata


def one_line(text):
    spaced = "".join(" " if unicodedata.category(c) == "Cc" or c in "\u2028\u2029" else c for c in text)
    return spaced.strip()


def display_name(raw):
    """The display name by the older header decoder: the newer one of Python 3.11 keeps the white space between
    encoded words of a phrase (python/cpython issue 128110), which RFC 2047 section 6.2 says to drop."""
    field = email.message_from_bytes(raw, policy=email.policy.compat32)["To"]
    name, _ = email.utils.parseaddr(field)
    return str(email.header.make_header(email.header.decode_header(name)))


def check(path):
    raw = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text())
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), "bare line end"
    assert all(len(line) <= 76 and not line.startswith(b".") for line in raw.split(b"\r\n")), "line"
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Bcc"] is None and len(message.keys()) == 13, message.keys()
    address = message["To"].addresses
    assert len(address) == 1 and address[0].addr_spec == "ada@member.test", address
    name = display_name(raw)
    assert name == one_line(expected["name"]), (name, expected["name"])
    assert message["Subject"] == expected["subject"], (message["Subject"], expected["subject"])
    assert message["From"].addresses[0].addr_spec == "news@union.test"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Date"].datetime.isoformat() == "2026-11-20T09:30:00+00:00"
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"], kinds
    for kind, part in zip(("text", "html"), message.iter_parts()):
        body = part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")
        assert body == expected[kind], (body, expected[kind])
    defects = list(message.defects) + [d for part in message.walk() for d in part.defects]
    defects += [d for value in message.values() for d in getattr(value, "defects", ())]
    assert not defects, defects


def main():
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))
    failed = 0
    for path in paths:
        try:
            check(path)
        except AssertionError as problem:
            failed += 1
            print(path.name, "FAILED", problem)
    print(f"{len(paths)} messages read, {failed} failed")
    sys.exit(1 if failed or not paths else 0)


main()
