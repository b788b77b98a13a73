"""The formats of docs/protocol.md, written from that page alone: keys, bodies, leaves, notes, proofs, receipts, trust.

Python 3.9 with `cryptography`. Whatever does not hold raises Refused. Nothing here asks a node.
"""

import base64
import hashlib
import json
import re
from typing import NamedTuple, Optional

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


# Trees


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\0", leaf)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1", left, right)


def root_of(hashes: list) -> bytes:
    """The root over leaf hashes, RFC 6962: a node that has no sibling goes up as it is."""
    while len(hashes) > 1:
        pairs = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + hashes[len(pairs) * 2 :]
    return hashes[0]


def check_inclusion(index: int, size: int, leaf: bytes, path: list, root: bytes) -> None:
    """RFC 9162, 2.1.3.2."""
    require(index < size, "the leaf lies beyond the tree")
    node, last, value = index, size - 1, leaf_hash(leaf)
    for sibling in path:
        require(last > 0, "the proof is too long")
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1 and node > 0:
                node, last = node >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        node, last = node >> 1, last >> 1
    require(last == 0 and value == root, "the proof does not lead to the root")


def tile_path(level, index: int, width: int = 256) -> str:
    """`level` is a number, or "entries". Groups of three digits, with zeros in front, all but the last behind x."""
    digits = str(index).zfill(-(-len(str(index)) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"/tile/{level}/{path}" + ("" if width == 256 else f".p/{width}")


def read_bundle(data: bytes) -> list:
    leaves = []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        require(len(data) >= end, "a bundle that is cut")
        leaves.append(data[2:end])
        data = data[end:]
    return leaves


# Notes and trust


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    return sha256(name.encode(), b"\n", bytes([kind]), public_key)[:4]


def vkey(name: str, kind: int, public_key: bytes) -> str:
    return f"{name}+{key_id(name, kind, public_key).hex()}+{base64.b64encode(bytes([kind]) + public_key).decode()}"


class Node(NamedTuple):
    member: str
    log_key: bytes
    cosigner_key: bytes


class Terms(NamedTuple):
    """Who is trusted, and how many of them must cosign."""

    nodes: list
    quorum: int


class Checkpoint(NamedTuple):
    size: int
    root: bytes
    trust: Optional[bytes]
    final: bool


def _read_note(note: str) -> tuple:
    """(text, [(name, key id, signature)])"""
    require(len(note.encode()) <= 131_072, "a note too long")
    require(all(c == "\n" or c >= " " and c != "\x7f" for c in note), "control characters")
    head, gap, tail = note.partition("\n\n")
    require(gap != "" and tail.endswith("\n"), "no signed note")
    lines = tail[:-1].split("\n")
    require(len(lines) <= 128, "too many signatures")
    signatures = []
    for line in lines:
        parts = line.split(" ")
        require(len(parts) == 3 and parts[0] == "\u2014" and parts[1] != "" and "+" not in parts[1], "no signature line")
        data = unbase64(parts[2])
        require(len(data) > 4, "a signature too short")
        signatures.append((parts[1], data[:4], data[4:]))
    return head + "\n", signatures


def _signed_by(text: str, signatures: list, name: str, kind: int, public_key: bytes) -> bool:
    """Whether this key signed; a false signature of it makes the note worthless."""
    signed = False
    for other, other_id, signature in signatures:
        if other != name or other_id != key_id(name, kind, public_key):
            continue
        message = text.encode()
        if kind == 4:
            time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        require(len(signature) == 64 and verify(public_key, signature, message), f"a false signature of {name}")
        signed = True
    return signed


class Trust:
    """What genesis says of keys and quorum, and what a chain of trust makes of it."""

    def __init__(self, genesis: bytes, chain: Optional[dict] = None):
        stated = json.loads(genesis)
        self.ledger_id = sha256(genesis)
        self.origin = f"{stated['name']}/{self.ledger_id.hex()[:16]}"
        self.quorum = stated["quorum"]
        nodes = [
            Node(m["id"], bytes.fromhex(m["logKey"]), bytes.fromhex(m["cosignerKey"]))
            for m in stated["members"]
            if "logKey" in m
        ]
        # (first size, terms): terms hold for checkpoints of that size and larger ones, up to the next.
        self.terms = [(0, Terms(nodes, stated["quorum"]))]
        require(chain is None or chain.keys() == {"steps"}, "no chain of trust")
        for step in chain["steps"] if chain else []:
            self._follow(step)

    def _follow(self, step: dict) -> None:
        require(step.keys() == {"checkpoint", "nodes", "quorum"}, "the fields of a step")
        checkpoint = self.open(step["checkpoint"])
        require(checkpoint.size >= self.terms[-1][0], "a step that does not come after the one before")
        require(checkpoint.final, "a step that is not final")
        digest = sha256(
            b"medseal/trust/v1\n", self.ledger_id, canonical({"nodes": step["nodes"], "quorum": step["quorum"]})
        )
        require(digest == checkpoint.trust, "a step that its checkpoint does not state")
        nodes = [Node(n["member"], bytes.fromhex(n["logKey"]), bytes.fromhex(n["cosignerKey"])) for n in step["nodes"]]
        self.terms.append((checkpoint.size + 1, Terms(nodes, step["quorum"])))

    def open(self, note: str) -> Checkpoint:
        text, signatures = _read_note(note)
        origin, size_text, root_text, *more = text[:-1].split("\n", 3) + [None] * 3
        require(origin == self.origin, "another ledger's checkpoint")
        require(size_text is not None and root_text is not None, "a checkpoint that is cut")
        size, root, trust = undecimal(size_text), unbase64(root_text), None
        if more[0] is not None:
            require(more[0].startswith("trust "), "an extension line that is not known")
            trust = unbase64(more[0][6:])
        require(len(root) == 32 and (trust is None or len(trust) == 32), "the length of a hash")
        nodes, quorum = [terms for first, terms in self.terms if first <= size][-1]
        logged = [_signed_by(text, signatures, origin, 1, node.log_key) for node in nodes]
        cosigned = [_signed_by(text, signatures, f"{origin}/{n.member}", 4, n.cosigner_key) for n in nodes]
        require(any(logged), "no log key signed")
        return Checkpoint(size, root, trust, sum(cosigned) >= quorum)


# Receipts


def _read_proof(text: str) -> tuple:
    """(index, hashes, note)"""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    require(lines[0] == "c2sp.org/tlog-proof@v1" and len(lines) >= 2 and lines[1].startswith("index "), "no proof")
    hashes = [unbase64(line) for line in lines[2:]]
    require(len(hashes) <= 63 and all(len(h) == 32 for h in hashes), "the hashes of the proof")
    return undecimal(lines[1][6:]), hashes, note


class Verdict(NamedTuple):
    id: bytes
    code: Optional[int]  # None where the transaction was accepted
    body: Optional[dict]
    height: int
    time: int
    index: int
    size: int
    final: bool


def check_receipt(receipt: dict, trust: Trust, wanted: bytes) -> Verdict:
    """What a receipt proves of the transaction `wanted`."""
    require(isinstance(receipt, dict) and receipt.keys() == {"proof", "entry", "header", "headerProof"}, "fields")
    require(all(isinstance(value, str) for value in receipt.values()), "a field that is no string")
    index, path, note = _read_proof(receipt["proof"])
    at, header_path, header_note = _read_proof(receipt["headerProof"])
    require(note == header_note, "two checkpoints")
    checkpoint = trust.open(note)

    entry, header_leaf = unbase64(receipt["entry"]), unbase64(receipt["header"])
    check_inclusion(index, checkpoint.size, entry, path, checkpoint.root)
    check_inclusion(at, checkpoint.size, header_leaf, header_path, checkpoint.root)

    header = read_header(header_leaf)
    refusals_at = at - header.refusals_leaves
    place = (header.height, header.time, index, checkpoint.size, checkpoint.final)
    if entry[:1] == bytes([REFUSALS]):
        require(refusals_at <= index < at, "refusals of another block")
        codes = read_refusals(entry)
        expected = min(REFUSALS_A_LEAF, header.refused - REFUSALS_A_LEAF * (index - refusals_at))
        require(len(codes) == expected, "how many the leaf refuses")
        require(wanted in codes, "the receipt of another transaction")
        return Verdict(wanted, codes[wanted], None, *place)
    require(refusals_at - header.accepted <= index < refusals_at, "a transaction of another block")
    id_, body = read_entry(trust.ledger_id, entry)
    require(id_ == wanted, "the receipt of another transaction")
    return Verdict(id_, None, body, *place)
