"""The formats of docs/protocol.md, written from that page alone: keys, bodies, tokens, leaves. Notes and proofs: proofs.py.

Python 3.9 with `cryptography`. Whatever does not hold raises Refused. Nothing here asks a node.
"""

import base64
import hashlib
import json
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

import zip215

GENESIS, ENTRY, REFUSALS, HEADER = 0, 1, 2, 3
REFUSALS_A_LEAF = 1900
HEX_32 = re.compile(r"[0-9a-f]{64}")
TYPE = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*")
KEY_OF_A_MAP = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,63}")
DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


class Refused(Exception):
    """What was read is not what the page says it must be."""


def require(holds: bool, why: str) -> None:
    if not holds:
        raise Refused(why)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text: str) -> bytes:
    """Padded, no white space, unused bits zero."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Refused("not base64") from None
    require(base64.b64encode(data).decode() == text, "another spelling of base64")
    return data


def undecimal(text: str) -> int:
    require(DECIMAL.fullmatch(text) is not None and int(text) <= 2**53 - 1, "not a decimal")
    return int(text)


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """ZIP-215. What the library lets through ZIP-215 lets through too; where it says no the slower check has the word."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return zip215.verify(public_key, signature, message)


class Signer:
    """An Ed25519 key."""

    def __init__(self, key: Ed25519PrivateKey):
        self._key = key
        self.public_key = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.sign = key.sign

    def to_pem(self) -> bytes:
        """PKCS#8."""
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self._key.private_bytes(*form)

    @staticmethod
    def generate() -> "Signer":
        return Signer(Ed25519PrivateKey.generate())

    @staticmethod
    def from_seed(seed: bytes) -> "Signer":
        return Signer(Ed25519PrivateKey.from_private_bytes(seed))

    @staticmethod
    def from_pem(pem: bytes) -> "Signer":
        return Signer(serialization.load_pem_private_key(pem, None))


# Transactions


def canonical(value) -> bytes:
    """RFC 8785 of strings, booleans, arrays, maps and integers, whose keys are ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signing_input(ledger_id: bytes, public_key: bytes, body: bytes) -> bytes:
    return b"medseal/transaction/v1\n" + ledger_id + public_key + body


def transaction_id(expires: int, message: bytes) -> bytes:
    return expires.to_bytes(4, "big") + sha256(message)[:28]


def key_statement(ledger_id: bytes, actor: str, new_key: bytes, old_key: bytes = bytes(32)) -> bytes:
    return b"medseal/key/v1\n" + ledger_id + actor.encode() + b"\n" + old_key + new_key


def private_part(salt: bytes, json_text: bytes) -> tuple:
    """(the part, its privateHash)"""
    return salt + json_text, sha256(salt, json_text).hex()


def batch_of(parts: list) -> bytes:
    """MessagePack of [(entry, private part or None)]."""
    items = [b"\x92" + _bin(entry) + (b"\xc0" if private is None else _bin(private)) for entry, private in parts]
    return b"\xdc" + len(items).to_bytes(2, "big") + b"".join(items)


def _bin(data: bytes) -> bytes:
    return b"\xc6" + len(data).to_bytes(4, "big") + data


def jwt(signer: Signer, head: bytes, claims: bytes) -> str:
    """RFC 7515, compact."""
    text = _base64url(head) + "." + _base64url(claims)
    return text + "." + _base64url(signer.sign(text.encode()))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def subject_of(facility: str, salt: bytes, patient_key: bytes) -> bytes:
    return sha256(b"medseal/subject/v1\n", facility.encode(), b"\n", salt, patient_key)


def _check_values(value, depth: int) -> None:
    if isinstance(value, dict):
        require(depth <= 16 and all(KEY_OF_A_MAP.fullmatch(key) for key in value), "a map's keys or depth")
        for item in value.values():
            _check_values(item, depth + 1)
    elif isinstance(value, list):
        require(depth <= 16, "too deep")
        for item in value:
            _check_values(item, depth + 1)
    elif isinstance(value, int):
        require(abs(value) <= 2**53 - 1, "an integer out of range")
    else:
        require(isinstance(value, str), "no such value in a body")


def read_body(data: bytes) -> dict:
    """A body in its one form."""
    require(1 <= len(data) <= 65_438, "the length of the body")
    try:
        body = json.loads(data.decode("utf-8"))
        require(canonical(body) == data, "not canonical")
    except (ValueError, RecursionError):
        raise Refused("no JSON") from None
    _check_values(body, 1)
    require(isinstance(body, dict) and body.keys() - {"privateHash"} == {"expires", "nonce", "payload", "type"}, "fields")
    require(type(body["expires"]) is int and 0 <= body["expires"] < 2**32, "expires")
    require(isinstance(body["nonce"], str) and re.fullmatch("[0-9a-f]{32}", body["nonce"]) is not None, "nonce")
    require(isinstance(body["payload"], dict), "payload")
    require(isinstance(body["type"], str) and TYPE.fullmatch(body["type"]) is not None, "type")
    private_hash = body.get("privateHash", "0" * 64)
    require(isinstance(private_hash, str) and HEX_32.fullmatch(private_hash) is not None, "privateHash")
    return body


class Transaction(NamedTuple):
    id: bytes
    entry: bytes


def sign_transaction(ledger_id: bytes, signer: Signer, body: dict) -> Transaction:
    data = canonical(body)
    message = signing_input(ledger_id, signer.public_key, data)
    entry = bytes([ENTRY]) + signer.public_key + signer.sign(message) + data
    return Transaction(transaction_id(body["expires"], message), entry)


def read_entry(ledger_id: bytes, leaf: bytes) -> tuple:
    """(id, body) of a transaction leaf whose form and signature hold."""
    require(len(leaf) <= 65_535 and leaf[:1] == bytes([ENTRY]), "no transaction leaf")
    public_key, signature, data = leaf[1:33], leaf[33:97], leaf[97:]
    body = read_body(data)
    message = signing_input(ledger_id, public_key, data)
    require(verify(public_key, signature, message), "the signature of the transaction")
    return transaction_id(body["expires"], message), body


def read_refusals(leaf: bytes) -> dict:
    """{id: code} of a refusals leaf."""
    rows, rest = divmod(len(leaf) - 1, 34)
    require(leaf[:1] == bytes([REFUSALS]) and rest == 0 and 1 <= rows <= REFUSALS_A_LEAF, "no refusals leaf")
    at = range(1, len(leaf), 34)
    return {leaf[i : i + 32]: int.from_bytes(leaf[i + 32 : i + 34], "big") for i in at}


class Header(NamedTuple):
    height: int
    time: int
    rules: int
    accepted: int
    refused: int
    previous: bytes
    digest: bytes

    @property
    def refusals_leaves(self) -> int:
        return -(-self.refused // REFUSALS_A_LEAF)


def read_header(leaf: bytes) -> Header:
    require(len(leaf) == 93 and leaf[0] == HEADER, "no header leaf")
    ends = [1, 9, 17, 21, 25, 29]
    numbers = [int.from_bytes(leaf[a:b], "big") for a, b in zip(ends, ends[1:])]
    return Header(*numbers, leaf[29:61], leaf[61:93])
