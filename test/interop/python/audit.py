"""A whole log looked at: by tiles, as anyone may, and by every entry, as auditors may."""

import sys

import proofs
import protocol as p
from node import Node, Reader
from tries import say


def audit(node: Node, auditor: Reader, trust: proofs.Trust) -> None:
    """The log as anyone may read it, by tiles; then every entry, as auditors may."""
    checkpoint = trust.open(node.get("/checkpoint")[1].decode())
    size = checkpoint.size
    hashes = fetch_hashes(node, 0, size)
    p.require(proofs.root_of(hashes) == checkpoint.root, "the tiles do not give the root")
    for level in range(1, 8):
        above = fetch_hashes(node, level, size >> (8 * level))
        below = size >> (8 * (level - 1))
        tiles = [hashes[i : i + 256] for i in range(0, below - below % 256, 256)]
        hashes = [proofs.root_of(tile) for tile in tiles]
        p.require(above == hashes, "a tile above differs")

    leaves = []
    for index, width in tiles_of(size):
        path = proofs.tile_path("entries", index, width)
        p.require(node.ask(path)[0] == 401, "entries are for auditors")
        bundle = proofs.read_bundle(node.get(path, auditor.headers())[1])
        p.require(len(bundle) == width, "the number of leaves in a bundle")
        leaves += bundle
    p.require(proofs.root_of([proofs.leaf_hash(leaf) for leaf in leaves]) == checkpoint.root, "the entries do not give the root")
    blocks = audit_blocks(leaves, trust)
    say("audited: tiles and entries give the signed root, blocks and signatures hold")
    print(f"{size} leaves in {blocks} blocks", file=sys.stderr)


def tiles_of(size: int) -> list:
    """(index, width)"""
    return [(i, min(256, size - 256 * i)) for i in range(-(-size // 256))]


def fetch_hashes(node: Node, level: int, count: int) -> list:
    tiles = [node.get(proofs.tile_path(level, *tile))[1] for tile in tiles_of(count)]
    p.require([len(tile) for tile in tiles] == [32 * width for _, width in tiles_of(count)], "the length of a tile")
    return [tile[i : i + 32] for tile in tiles for i in range(0, len(tile), 32)]


def audit_blocks(leaves: list, trust: proofs.Trust) -> int:
    """The blocks as the leaves have them: genesis, then transactions, refusals and a header each. How many there are."""
    p.require(p.sha256(leaves[0][1:]) == trust.ledger_id and leaves[0][0] == p.GENESIS, "the first leaf")
    previous, height, last_time, accepted, refused, ids, block = bytes(32), 0, 0, 0, [], set(), []
    for leaf in leaves[1:]:
        if leaf[0] == p.ENTRY:
            p.require(refused == [], "a transaction behind refusals")
            fresh = [p.read_entry(trust.ledger_id, leaf)[0]]
            accepted += 1
        elif leaf[0] == p.REFUSALS:
            p.require(len(refused) % p.REFUSALS_A_LEAF == 0, "a refusals leaf that is not full before the last")
            fresh = list(p.read_refusals(leaf))
            refused += fresh
        else:
            header = p.read_header(leaf)
            p.require((header.height, header.accepted, header.refused) == (height, accepted, len(refused)), "counts")
            p.require(header.previous == previous and header.time >= last_time, "a header that does not follow")
            lives = [int.from_bytes(id_[:4], "big") - header.time for id_ in block]
            p.require(all(0 < life <= 86_400 for life in lives), "an id that had expired, or lives too long")
            previous, height, last_time = proofs.leaf_hash(leaf), height + 1, header.time
            accepted, refused, fresh, block = 0, [], [], []
        p.require(ids.isdisjoint(fresh), "an id twice")
        ids.update(fresh)
        block += fresh
    p.require((accepted, refused) == (0, []), "the log does not end in a header")
    return height
