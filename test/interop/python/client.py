"""A client of a medseal node, written from docs/protocol.md and docs/http.md alone. What it shows: docs/interop.md.

    python3 client.py vectors PAGE TABLES           the values of docs/protocol-example.md, and tables of test/vectors
    python3 client.py play URL DATA OUT             everything against a node whose data folder has its members' keys
    python3 client.py check GENESIS TRUST RECEIPT ID
"""

import base64
import json
import os
import re
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import protocol as p

RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw


def say(*words) -> None:
    print(*words, flush=True)


def refuses(act, *arguments) -> str:
    """The reason for which this is refused; that it is not is a failure."""
    try:
        act(*arguments)
    except p.Refused as refused:
        return str(refused)
    raise AssertionError("taken, though it must be refused")


# HTTP


class Node:
    def __init__(self, url: str):
        self.url = url.rstrip("/")
        self.info = json.loads(self.get("/v1/info")[1])

    def ask(self, path: str, data=None, headers=None):
        """(status, body), whatever the status is."""
        request = urllib.request.Request(self.url + path, data, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read()

    def get(self, path: str, headers=None):
        status, body = self.ask(path, None, headers)
        p.require(status == 200, f"{path}: {status} {body[:200]!r}")
        return status, body

    def submit(self, transactions, wait: str = "") -> list:
        """As JSON where it is one, as MessagePack where they are more."""
        path = "/v1/transactions" + (f"?wait={wait}" if wait else "")
        if len(transactions) == 1:
            entry = transactions[0].entry
            request = {
                "publicKey": entry[1:33].hex(),
                "signature": entry[33:97].hex(),
                "body": base64.b64encode(entry[97:]).decode(),
            }
            status, answer = self.ask(path, json.dumps(request).encode(), {"content-type": "application/json"})
        else:
            batch = p.batch_of([(entry, None) for _, entry in transactions])
            status, answer = self.ask(path, batch, {"content-type": "application/vnd.msgpack"})
        p.require(status in (200, 202), f"submitting: {status} {answer[:200]!r}")
        return json.loads(answer)


class Reader:
    """An actor that asks a node, with a token of its own key."""

    def __init__(self, node: Node, actor: str, signer: p.Signer):
        self.node, self.actor, self.signer = node, actor, signer

    def token(self, **changed) -> str:
        now = int(time.time())
        head = {"alg": "EdDSA", "kid": self.signer.public_key.hex()}
        claims = {
            "sub": self.actor,
            "aud": f"{self.node.info['origin']}/{self.node.info['node']}",
            "url": self.node.url,
            "iat": now,
            "exp": now + 300,
        }
        return p.jwt(self.signer, json.dumps(head).encode(), json.dumps({**claims, **changed}).encode())

    def headers(self) -> dict:
        return {"authorization": f"Bearer {self.token()}"}

    def read(self, path: str) -> dict:
        return json.loads(self.node.get(path, self.headers())[1])

    def sign(self, type_: str, payload: dict) -> p.Transaction:
        body = {
            "expires": int(time.time()) + 600,
            "nonce": secrets.token_hex(16),
            "payload": payload,
            "type": type_,
        }
        return p.sign_transaction(bytes.fromhex(self.node.info["ledgerId"]), self.signer, body)

    def send(self, type_: str, payload: dict) -> dict:
        """Signs, submits, and returns once it is final."""
        (answer,) = self.node.submit([self.sign(type_, payload)], "final")
        p.require(answer["status"] == "accepted" and answer["settled"] == "final", f"{type_}: {answer}")
        return answer

    def wait_for(self, id_: bytes) -> dict:
        """Asks until the transaction is in a block."""
        for _ in range(600):
            status, body = self.node.ask(f"/v1/transactions/{id_.hex()}", None, self.headers())
            p.require(status in (200, 404), f"asking for a transaction: {status}")
            if status == 200 and json.loads(body)["status"] in ("accepted", "refused"):
                return json.loads(body)
            time.sleep(0.05)
        raise p.Refused("not committed in time")

    def first_event(self, last_seen: int) -> dict:
        """The first event of the stream behind the leaf `last_seen`."""
        headers = {**self.headers(), "last-event-id": str(last_seen)}
        request = urllib.request.Request(self.node.url + "/v1/events", None, headers)
        with urllib.request.urlopen(request, timeout=60) as stream:
            fields = {}
            for line in stream:
                name, _, value = line.decode().rstrip("\r\n").partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
                elif "data" in fields:
                    return {**fields, "data": json.loads(fields["data"])}
                else:
                    fields = {}
        raise p.Refused("the stream ended")


# The play


def play(url: str, data: str, out: str) -> None:
    genesis = read_file(f"{data}/genesis.json")
    stated = json.loads(genesis)
    trust = p.Trust(genesis)
    node = Node(url)
    p.require(node.info["ledgerId"] == trust.ledger_id.hex(), "the node keeps another ledger")
    say("the ledger id is that of the genesis file")

    def member(id_: str) -> Reader:
        signer = p.Signer.from_pem(read_file(f"{data}/keys/{id_}.pem"))
        key = next(m["key"] for m in stated["members"] if m["id"] == id_)
        p.require(signer.public_key.hex() == key, "the key file is not that of genesis")
        return Reader(node, id_, signer)

    for actor in stated["actors"]:
        name = f"{data}/keys/{actor['id'].replace(':', '_')}"
        signer = p.Signer.from_pem(read_file(f"{name}.pem"))
        encryption = serialization.load_pem_private_key(read_file(f"{name}.encryption.pem"), None)
        keys = signer.public_key.hex(), encryption.public_key().public_bytes(*RAW).hex()
        p.require(keys == (actor["key"], actor["encryptionKey"]), "the key files are not those of genesis")
    hospital = member(next(m["id"] for m in stated["members"] if "hospital" in m["roles"] and "logKey" in m))
    auditor = member(next(m["id"] for m in stated["members"] if "auditor" in m["roles"]))

    doctor = enrol_doctor(node, trust, hospital, out)
    say("a new doctor is enrolled with a key made here")

    subject = p.subject_of(hospital.actor, secrets.token_bytes(32), p.Signer.generate().public_key).hex()
    hospital.send("identity.enrol-subject", {"subject": subject})
    payload = {
        "recordId": f"visit-{secrets.token_hex(4)}",
        "subject": subject,
        "kind": "Observation",
        "contentHash": secrets.token_hex(32),
        "encounterAt": int(time.time()),
    }
    anchored, again = doctor.sign("record.anchor", payload), doctor.sign("record.anchor", payload)
    forged = anchored._replace(entry=anchored.entry[:-1] + b" ")
    answers = node.submit([anchored, again])
    p.require([a["id"] for a in answers] == [anchored.id.hex(), again.id.hex()], "ids computed beforehand")
    accepted, refused = doctor.wait_for(anchored.id), doctor.wait_for(again.id)
    p.require(accepted["status"] == "accepted" and refused["code"] == "record.exists", "a record twice")
    say("a batch is committed: one accepted, one refused with", refused["code"])
    (rejected,) = node.submit([forged])
    p.require(rejected["status"] == "rejected", "a body that is not canonical")
    say("turned away:", rejected["code"])
    (same,) = node.submit([anchored], "final")
    p.require(same["index"] == accepted["index"] and same["settled"] == "final", "sent again")
    say("sent again it has the result it had, and is final")

    read(node, hospital, doctor, payload)
    receipt = doctor.read(f"/v1/receipts/{anchored.id.hex()}")
    verdict = p.check_receipt(receipt, trust, anchored.id)
    p.require(verdict.final and verdict.body["payload"] == payload and verdict.index == accepted["index"], "verdict")
    say("the receipt is genuine and final")
    of_refused = doctor.read(f"/v1/receipts/{again.id.hex()}")
    code = p.check_receipt(of_refused, trust, again.id).code
    p.require(code == next(c["number"] for c in node.info["codes"] if c["code"] == "record.exists"), "the code's number")
    say("the receipt of the refusal is genuine, code", code)
    say("refused when altered:", try_tampered(receipt, of_refused, trust, anchored.id), "ways")

    event = doctor.first_event(accepted["index"] - 1)
    p.require(int(event["id"]) == accepted["index"] and event["event"] == "record.anchor", "the event")
    p.require(event["data"]["id"] == anchored.id.hex() and event["data"]["signer"] == doctor.actor, "its data")
    say("the event of it comes from the stream")

    audit(node, auditor, trust)
    keys = change_trust(node, trust, hospital, auditor, member, stated)
    chain = json.loads(node.get("/trust.json")[1])
    followed = p.Trust(genesis, chain)
    newest = hospital.send("identity.enrol-subject", {"subject": secrets.token_hex(32)})
    id_ = bytes.fromhex(newest["id"])
    later = hospital.read(f"/v1/receipts/{newest['id']}")
    for checked, wanted in ((receipt, anchored.id), (later, id_)):
        p.require(p.check_receipt(checked, followed, wanted).final, "a receipt under the chain of trust")
    say("the chain of trust is followed, and receipts before and after it hold")
    try_chains(genesis, chain, receipt, anchored.id, keys)
    audit(node, auditor, followed)

    write_file(f"{out}/trust.json", json.dumps(chain).encode())
    write_file(f"{out}/receipt.json", json.dumps(later).encode())
    write_file(f"{out}/id", newest["id"].encode())


def enrol_doctor(node: Node, trust: p.Trust, hospital: Reader, out: str) -> Reader:
    pem = p.Signer.generate().to_pem()
    write_file(f"{out}/doctor.pem", pem)
    signer = p.Signer.from_pem(read_file(f"{out}/doctor.pem"))
    actor = f"{hospital.actor}:dr-{secrets.token_hex(4)}"
    encryption = X25519PrivateKey.generate().public_key()
    payload = {
        "actor": actor,
        "role": "doctor",
        "publicKey": signer.public_key.hex(),
        "encryptionKey": encryption.public_bytes(*RAW).hex(),
        "statement": signer.sign(p.key_statement(trust.ledger_id, actor, signer.public_key)).hex(),
    }
    hospital.send("identity.enrol", payload)
    return Reader(node, actor, signer)


def read(node: Node, hospital: Reader, doctor: Reader, payload: dict) -> None:
    path = f"/v1/record/records/{hospital.actor}:{payload['recordId']}"
    record = doctor.read(path)
    p.require(record["latest"]["contentHash"] == payload["contentHash"], "what is read is what was signed")
    tries = {
        "missing": {},
        "elsewhere": doctor.token(url="http://elsewhere.example"),
        "of another node": doctor.token(aud=f"{node.info['origin']}/elsewhere"),
        "too long": doctor.token(exp=int(time.time()) + 3600),
        "over": doctor.token(iat=int(time.time()) - 900, exp=int(time.time()) - 600),
    }
    codes = []
    for token in tries.values():
        status, body = node.ask(path, None, {"authorization": f"Bearer {token}"} if token else {})
        codes.append(f"{status} {json.loads(body)['code']}")
    say("the record is read with a token; others:", ", ".join(codes))


def try_tampered(receipt: dict, other: dict, trust: p.Trust, wanted: bytes) -> int:
    """Every character of every field altered, fields away, added, exchanged and of another receipt: none is genuine and final."""

    def check(altered) -> None:
        p.require(p.check_receipt(altered, trust, wanted).final, "not final")

    check(receipt)
    altered = [{**receipt, name: [value]} for name, value in receipt.items()]
    altered += [{**receipt, name: other[name]} for name in receipt]
    altered += [{key: value for key, value in receipt.items() if key != name} for name in receipt]
    altered += [{**receipt, "more": ""}, {**receipt, "proof": receipt["headerProof"], "entry": receipt["header"]}, other]
    for name, value in receipt.items():
        for i, character in enumerate(value):
            altered.append({**receipt, name: value[:i] + chr(ord(character) ^ 1) + value[i + 1 :]})
    for one in altered:
        if one != receipt:
            refuses(check, one)
    return sum(one != receipt for one in altered)


def audit(node: Node, auditor: Reader, trust: p.Trust) -> None:
    """The log as anyone may read it, by tiles; then every entry, as auditors may."""
    checkpoint = trust.open(node.get("/checkpoint")[1].decode())
    size = checkpoint.size
    hashes = fetch_hashes(node, 0, size)
    p.require(p.root_of(hashes) == checkpoint.root, "the tiles do not give the root")
    for level in range(1, 8):
        above = fetch_hashes(node, level, size >> (8 * level))
        below = size >> (8 * (level - 1))
        tiles = [hashes[i : i + 256] for i in range(0, below - below % 256, 256)]
        hashes = [p.root_of(tile) for tile in tiles]
        p.require(above == hashes, "a tile above differs")

    leaves = []
    for index, width in tiles_of(size):
        path = p.tile_path("entries", index, width)
        p.require(node.ask(path)[0] == 401, "entries are for auditors")
        bundle = p.read_bundle(node.get(path, auditor.headers())[1])
        p.require(len(bundle) == width, "the number of leaves in a bundle")
        leaves += bundle
    p.require(p.root_of([p.leaf_hash(leaf) for leaf in leaves]) == checkpoint.root, "the entries do not give the root")
    blocks = audit_blocks(leaves, trust)
    say("audited: tiles and entries give the signed root, blocks and signatures hold")
    print(f"{size} leaves in {blocks} blocks", file=sys.stderr)


def tiles_of(size: int) -> list:
    """(index, width)"""
    return [(i, min(256, size - 256 * i)) for i in range(-(-size // 256))]


def fetch_hashes(node: Node, level: int, count: int) -> list:
    tiles = [node.get(p.tile_path(level, *tile))[1] for tile in tiles_of(count)]
    p.require([len(tile) for tile in tiles] == [32 * width for _, width in tiles_of(count)], "the length of a tile")
    return [tile[i : i + 32] for tile in tiles for i in range(0, len(tile), 32)]


def audit_blocks(leaves: list, trust: p.Trust) -> int:
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
            previous, height, last_time = p.leaf_hash(leaf), height + 1, header.time
            accepted, refused, fresh, block = 0, [], [], []
        p.require(ids.isdisjoint(fresh), "an id twice")
        ids.update(fresh)
        block += fresh
    p.require((accepted, refused) == (0, []), "the log does not end in a header")
    return height


def change_trust(node: Node, trust: p.Trust, hospital: Reader, auditor: Reader, member, stated: dict) -> tuple:
    """Gives the auditor a node of its own, by a decision of the founding members; its two keys."""
    log, cosigner = p.Signer.generate(), p.Signer.generate()
    keys = {"logKey": log.public_key.hex(), "cosignerKey": cosigner.public_key.hex()}
    proposal_id = secrets.token_hex(4)
    change = {"node": {"member": auditor.actor, **keys}}
    hospital.send("governance.propose", {"proposalId": proposal_id, "change": change})
    proposal = f"{hospital.actor}:{proposal_id}"
    path = f"/v1/governance/proposals/{proposal}"
    for founder in (m["id"] for m in stated["members"] if m["id"] != hospital.actor):
        if hospital.read(path)["state"] == "adopted":
            break
        member(founder).send("governance.approve", {"proposal": proposal})
    p.require(hospital.read(path)["state"] == "adopted", "the change of nodes is not adopted")
    return log, cosigner


def try_chains(genesis: bytes, chain: dict, receipt: dict, wanted: bytes, keys: tuple) -> None:
    step = chain["steps"][-1]
    before = chain["steps"][:-1]
    bent = [{**step, "quorum": step["quorum"] + 1}, {**step, "nodes": step["nodes"][1:]}]
    bent += [{**step, "nodes": [{**step["nodes"][0], key: "0" * 64}, *step["nodes"][1:]]} for key in ("logKey", "cosignerKey")]
    note = step["checkpoint"]
    bent += [{**step, "checkpoint": note[:i] + chr(ord(c) ^ 1) + note[i + 1 :]} for i, c in enumerate(note)]
    for one in bent:
        refuses(p.Trust, genesis, {"steps": [*before, one]})
    refuses(p.Trust, genesis, {"steps": [*before, step, step]})

    # The new log key signs a checkpoint of a size at which it did not count yet.
    trust = p.Trust(genesis, chain)
    text = receipt["proof"].partition("\n\n")[2].partition("\n\n")[0] + "\n"
    signature = p.key_id(trust.origin, 1, keys[0].public_key) + keys[0].sign(text.encode())
    forged = f"{text}\n\u2014 {trust.origin} {base64.b64encode(signature).decode()}\n"
    forged_receipt = {
        name: value.partition("\n\n")[0] + "\n\n" + forged if name in ("proof", "headerProof") else value
        for name, value in receipt.items()
    }
    why = refuses(p.check_receipt, forged_receipt, trust, wanted)
    say("bent chains are refused, and so is a new key before its time:", why)


# Vectors


def vectors(page_path: str, tables: str) -> None:
    page = read_file(page_path).decode()

    def block(after: str) -> str:
        """The first fenced block behind these words."""
        start = page.index("\n```", page.index(after))
        return page[page.index("\n", start + 1) + 1 : page.index("\n```\n", start + 4)]

    def unhex(after: str) -> bytes:
        return bytes.fromhex(block(after).replace("\n", ""))

    signer = {}
    for name, secret, public in re.findall(r"^\| (\w+) \| `(..)` \| `(\w{64})` \|$", page, re.M):
        signer[name] = p.Signer.from_seed(bytes.fromhex(secret) * 32)
        p.require(signer[name].public_key.hex() == public, f"the key {name}")
    genesis = (block("## Genesis") + "\n").encode()
    trust = p.Trust(genesis)
    p.require(trust.ledger_id == unhex("Ledger id,") and trust.origin == block("Origin:"), "ledger id and origin")
    nodes = trust.terms[0][1].nodes
    logs = "\n".join(p.vkey(trust.origin, 1, n.log_key) for n in nodes)
    p.require(block("Verifier keys").startswith(logs), "verifier keys of logs")
    cosigners = [p.vkey(f"{trust.origin}/{n.member}", 4, n.cosigner_key) for n in nodes]
    p.require(all(f"\n{key}\n" in page for key in cosigners), "verifier keys of cosigners")

    body = json.loads(block("Body (323"))
    made = p.sign_transaction(trust.ledger_id, signer["doctor"], body)
    p.require(made.entry[97:] == block("Body (323").encode(), "the canonical body")
    message = p.signing_input(trust.ledger_id, signer["doctor"].public_key, made.entry[97:])
    p.require(message == unhex("Signing input:"), "the signing input")
    p.require(made.entry[33:97] == unhex("Signature by the doctor"), "the signature")
    p.require(made.id == unhex("Transaction id:") and made.entry == unhex("Entry, which is"), "id and entry")
    batch = p.batch_of([(made.entry, None)])
    p.require(batch == unhex("The MessagePack batch"), "the batch")
    stated = b'{"code":"15074-8","unit":"mmol/L","value":6.3}'
    part, private_hash = p.private_part(b"\x0b" * 32, stated)
    p.require(part == unhex("A private part") and f"```\n{private_hash}\n```" in page, "the private part")
    subject = p.subject_of("city-hospital", b"\x0b" * 32, signer["patient"].public_key)
    p.require(subject == unhex("The subject above") and subject.hex() == body["payload"]["subject"], "the subject")
    statement = p.key_statement(trust.ledger_id, "city-hospital:pt-1", signer["patient"].public_key)
    p.require(statement == unhex("What the patient's key signs"), "the key statement")

    header = p.read_header(unhex("The header leaf of height 1"))
    p.require((header.time, header.rules, header.accepted, header.refused) == (1767225610, 1, 2, 2), "the header")
    hashes = [bytes.fromhex(h) for h in re.findall(r"^\| \d \| .* \| `(\w{64})` \|$", page, re.M)]
    checkpoint = trust.open(block("The eight leaf hashes") + "\n")
    p.require(checkpoint.size == 8 and p.root_of(hashes) == checkpoint.root and checkpoint.final, "the checkpoint")
    receipt = json.loads(block("Of the transaction. It"))
    p.require(p.check_receipt(receipt, trust, made.id).final, "the receipt")
    wanted = bytes.fromhex(re.search("Of the refused transaction `(.*)`", page)[1])
    of_refused = json.loads(block("Of the refused transaction"))
    p.require(p.check_receipt(of_refused, trust, wanted).code == 1101, "the receipt of the refusal")

    chain = json.loads(block("The chain of trust, as"))
    terms = p.canonical({"nodes": chain["steps"][0]["nodes"], "quorum": 2})
    p.require(terms.decode() == block("The terms that hold"), "the terms")
    digest = p.sha256(b"medseal/trust/v1\n", trust.ledger_id, terms)
    p.require(digest == unhex("Their digest"), "the digest of the terms")
    followed = p.Trust(genesis, chain)
    p.require([first for first, _ in followed.terms] == [0, 11] and len(followed.terms[1][1].nodes) == 3, "the chain")
    p.require(p.check_receipt(receipt, followed, made.id).final, "the receipt under the chain")
    head, claims = page[page.index("Header and claims") :].split("\n```json\n")[1:3]
    token = p.jwt(signer["doctor"], head.partition("\n")[0].encode(), claims.partition("\n")[0].encode())
    p.require(token == block("The token:"), "the token")
    say("docs/protocol-example.md agrees")
    say("refused when altered:", try_tampered(receipt, of_refused, trust, made.id), "ways")
    check_tables(tables)


def rows(path: str) -> list:
    lines = [line for line in read_file(path).decode().splitlines() if line and not line.startswith("#")]
    columns = lines[0].split(" ")
    return [dict(zip(columns, line.split(" "))) for line in lines[1:]]


def check_tables(folder: str) -> None:
    def unhex(cell: str) -> bytes:
        return bytes.fromhex("" if cell == "-" else cell)

    checked = 0
    for table in ("speccheck", "wycheproof-ed25519"):
        for row in rows(f"{folder}/{table}.txt"):
            key, signature, message = (unhex(row[name]) for name in ("publicKey", "signature", "message"))
            for verify in (p.verify, p.zip215.verify):
                p.require(verify(key, signature, message) == (row["zip215"] == "valid"), f"{table} {row}")
            checked += 1
    say("signatures agree with ZIP-215:", checked)


# Files


def read_file(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def write_file(path: str, data: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)


def check(genesis: str, trust: str, receipt: str, id_: str) -> None:
    held = p.Trust(read_file(genesis), json.loads(read_file(trust)))
    verdict = p.check_receipt(json.loads(read_file(receipt)), held, bytes.fromhex(id_))
    say("genuine" + (" and final" if verdict.final else ""))


if __name__ == "__main__":
    {"vectors": vectors, "play": play, "check": check}[sys.argv[1]](*sys.argv[2:])
