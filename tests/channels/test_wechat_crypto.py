"""Signatures, encryption, XML and the address check of the callbacks, by official vectors and against other code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messaging.wechat.crypto import Crypto, CryptoError
from bot.messaging.wechat.xmlbody import XmlError, fields, written
from tests.standins.wechat.seal import Seal

TOKEN, KEY, CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
STAMP, NONCE = "1409659589", "263014780"
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
SIGNATURE = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
CRYPTO = Crypto(TOKEN, KEY, CORP)


def test_the_official_vector() -> None:
    assert CRYPTO.signature(STAMP, NONCE, ECHO) == SIGNATURE
    assert CRYPTO.opened(SIGNATURE, STAMP, NONCE, ECHO) == b"1616140317555161061"


@given(st.binary(max_size=300))
def test_what_is_sealed_can_be_opened(message: bytes) -> None:
    sealed = CRYPTO.sealed(message)
    assert CRYPTO.opened(CRYPTO.signature(STAMP, NONCE, sealed), STAMP, NONCE, sealed) == message


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_both_sides_agree_with_code_that_was_written_apart(text: str) -> None:
    seal = Seal(TOKEN, KEY, CORP)
    assert seal.open(CRYPTO.sealed(text.encode())) == text
    sealed = seal.close(text)
    assert CRYPTO.opened(seal.sign(STAMP, NONCE, sealed), STAMP, NONCE, sealed) == text.encode()


@given(st.integers(0, 87), st.sampled_from("ABCxyz019+/"))
def test_any_changed_character_is_refused(at: int, other: str) -> None:
    changed = ECHO[:at] + other + ECHO[at + 1 :]
    if changed != ECHO:
        with pytest.raises(CryptoError):
            CRYPTO.opened(SIGNATURE, STAMP, NONCE, changed)


@given(st.binary(max_size=200))
def test_nothing_but_whole_messages_is_decrypted(data: bytes) -> None:
    """With a right signature, as of somebody who knows the token but not the key."""
    import base64

    sealed = base64.b64encode(data).decode()
    with pytest.raises(CryptoError):
        CRYPTO.opened(CRYPTO.signature(STAMP, NONCE, sealed), STAMP, NONCE, sealed)


def test_a_message_for_another_corporation_is_refused() -> None:
    sealed = Crypto(TOKEN, KEY, "wx0000000000000000").sealed(b"x")
    with pytest.raises(CryptoError, match="another receiver"):
        CRYPTO.opened(CRYPTO.signature(STAMP, NONCE, sealed), STAMP, NONCE, sealed)


@pytest.mark.parametrize("pad", [b"\x00", b"\x21" * 33, b"\x01\x02"])
def test_wrong_padding_is_refused(pad: bytes) -> None:
    import base64

    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = base64.b64decode(KEY + "=")
    plain = (b"0" * 16 + b"\x00\x00\x00\x01x" + CORP.encode() + pad).rjust(96, b"0")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    with pytest.raises(CryptoError):
        CRYPTO.opened(CRYPTO.signature(STAMP, NONCE, sealed), STAMP, NONCE, sealed)


@given(st.dictionaries(st.sampled_from(["A", "Content", "MsgId"]), st.text("甲<&>]'\"a1 ", max_size=20)))
def test_xml_that_is_written_is_read_again(values: dict[str, str]) -> None:
    assert fields(written(values).encode()) == values


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no xml",
        b"<xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><A>&a;</A></xml>',
        b'<?xml version="1.0"?><!doctype x><xml/>',
    ],
)
def test_what_is_no_plain_xml_is_refused(body: bytes) -> None:
    with pytest.raises(XmlError):
        fields(body)
