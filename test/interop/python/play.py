"""Everything that docs/interop.md names, against a node whose data folder has its members' keys."""

import base64
import json
import secrets
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import proofs
import protocol as p
from audit import audit
from node import Node, Reader
from tries import read_file, refuses, say, try_tampered, write_file

RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw


def play(url: str, data: str, out: str) -> None:
    genesis = read_file(f"{data}/genesis.json")
    stated = json.loads(genesis)
    trust = proofs.Trust(genesis)
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
    verdict = proofs.check_receipt(receipt, trust, anchored.id)
    p.require(verdict.final and verdict.body["payload"] == payload and verdict.index == accepted["index"], "verdict")
    say("the receipt is genuine and final")
    of_refused = doctor.read(f"/v1/receipts/{again.id.hex()}")
    code = proofs.check_receipt(of_refused, trust, again.id).code
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
    followed = proofs.Trust(genesis, chain)
    newest = hospital.send("identity.enrol-subject", {"subject": secrets.token_hex(32)})
    id_ = bytes.fromhex(newest["id"])
    later = hospital.read(f"/v1/receipts/{newest['id']}")
    for checked, wanted in ((receipt, anchored.id), (later, id_)):
        p.require(proofs.check_receipt(checked, followed, wanted).final, "a receipt under the chain of trust")
    say("the chain of trust is followed, and receipts before and after it hold")
    try_chains(genesis, chain, receipt, anchored.id, keys)
    audit(node, auditor, followed)

    write_file(f"{out}/trust.json", json.dumps(chain).encode())
    write_file(f"{out}/receipt.json", json.dumps(later).encode())
    write_file(f"{out}/id", newest["id"].encode())


def enrol_doctor(node: Node, trust: proofs.Trust, hospital: Reader, out: str) -> Reader:
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


def change_trust(node: Node, trust: proofs.Trust, hospital: Reader, auditor: Reader, member, stated: dict) -> tuple:
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
        refuses(proofs.Trust, genesis, {"steps": [*before, one]})
    refuses(proofs.Trust, genesis, {"steps": [*before, step, step]})

    # The new log key signs a checkpoint of a size at which it did not count yet.
    trust = proofs.Trust(genesis, chain)
    text = receipt["proof"].partition("\n\n")[2].partition("\n\n")[0] + "\n"
    signature = proofs.key_id(trust.origin, 1, keys[0].public_key) + keys[0].sign(text.encode())
    forged = f"{text}\n\u2014 {trust.origin} {base64.b64encode(signature).decode()}\n"
    forged_receipt = {
        name: value.partition("\n\n")[0] + "\n\n" + forged if name in ("proof", "headerProof") else value
        for name, value in receipt.items()
    }
    why = refuses(proofs.check_receipt, forged_receipt, trust, wanted)
    say("bent chains are refused, and so is a new key before its time:", why)
