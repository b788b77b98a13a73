"""What is proven of a log, by docs/protocol.md alone: trees, tiles, notes, the chain of trust, receipts."""

import base64
import json
from typing import NamedTuple, Optional

from protocol import (
    REFUSALS,
    REFUSALS_A_LEAF,
    canonical,
    read_entry,
    read_header,
    read_refusals,
    require,
    sha256,
    unbase64,
    undecimal,
    verify,
)

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


def check_inclusion(index: int, size: int, value: bytes, path: list, root: bytes) -> None:
    """RFC 9162, 2.1.3.2. `value` is the leaf's hash."""
    require(index < size, "the leaf lies beyond the tree")
    require(all(len(h) == 32 for h in (value, root, *path)), "the length of a hash")
    node, last = index, size - 1
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
    require(len(hashes) <= 63, "more hashes than a proof has")
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
    check_inclusion(index, checkpoint.size, leaf_hash(entry), path, checkpoint.root)
    check_inclusion(at, checkpoint.size, leaf_hash(header_leaf), header_path, checkpoint.root)

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
