"""Asking a node, by docs/http.md alone."""

import base64
import json
import secrets
import time
import urllib.error
import urllib.request

import protocol as p

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
