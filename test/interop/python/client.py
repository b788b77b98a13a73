"""A client of a medseal node, written from docs/protocol.md and docs/http.md alone. What it shows: docs/interop.md.

    python3 client.py vectors PAGE TABLES           the values of docs/protocol-example.md, and tables of test/vectors
    python3 client.py play URL DATA OUT             everything against a node whose data folder has its members' keys
    python3 client.py check GENESIS TRUST RECEIPT ID
"""

import json
import re
import sys

import proofs
import protocol as p
from play import play
from tries import read_file, refuses, say, try_tampered


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
    trust = proofs.Trust(genesis)
    p.require(trust.ledger_id == unhex("Ledger id,") and trust.origin == block("Origin:"), "ledger id and origin")
    nodes = trust.terms[0][1].nodes
    logs = "\n".join(proofs.vkey(trust.origin, 1, n.log_key) for n in nodes)
    p.require(block("Verifier keys").startswith(logs), "verifier keys of logs")
    cosigners = [proofs.vkey(f"{trust.origin}/{n.member}", 4, n.cosigner_key) for n in nodes]
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
    p.require(checkpoint.size == 8 and proofs.root_of(hashes) == checkpoint.root and checkpoint.final, "the checkpoint")
    receipt = json.loads(block("Of the transaction. It"))
    p.require(proofs.check_receipt(receipt, trust, made.id).final, "the receipt")
    wanted = bytes.fromhex(re.search("Of the refused transaction `(.*)`", page)[1])
    of_refused = json.loads(block("Of the refused transaction"))
    p.require(proofs.check_receipt(of_refused, trust, wanted).code == 1101, "the receipt of the refusal")

    chain = json.loads(block("The chain of trust, as"))
    terms = p.canonical({"nodes": chain["steps"][0]["nodes"], "quorum": 2})
    p.require(terms.decode() == block("The terms that hold"), "the terms")
    digest = p.sha256(b"medseal/trust/v1\n", trust.ledger_id, terms)
    p.require(digest == unhex("Their digest"), "the digest of the terms")
    followed = proofs.Trust(genesis, chain)
    p.require([first for first, _ in followed.terms] == [0, 11] and len(followed.terms[1][1].nodes) == 3, "the chain")
    p.require(proofs.check_receipt(receipt, followed, made.id).final, "the receipt under the chain")
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
    hashes = {row["name"]: unhex(row["bytes"]) for row in rows(f"{folder}/merkle-hashes.txt")} | {"empty": b"", "-": b""}
    checked = 0
    for row in rows(f"{folder}/merkle-inclusion.txt"):
        path = [] if row["proof"] == "-" else [hashes[name] for name in row["proof"].split(",")]
        numbers = int(row["index"]), int(row["size"])
        proof = (proofs.check_inclusion, *numbers, hashes[row["leaf"]], path, hashes[row["root"]])
        if row["verdict"] == "proven":
            proof[0](*proof[1:])
        else:
            refuses(*proof)
        checked += 1
    say("inclusion proofs agree with RFC 9162:", checked)


def check(genesis: str, trust: str, receipt: str, id_: str) -> None:
    held = proofs.Trust(read_file(genesis), json.loads(read_file(trust)))
    verdict = proofs.check_receipt(json.loads(read_file(receipt)), held, bytes.fromhex(id_))
    say("genuine" + (" and final" if verdict.final else ""))


if __name__ == "__main__":
    {"vectors": vectors, "play": play, "check": check}[sys.argv[1]](*sys.argv[2:])
