"""Trying what must be refused; what is printed, and files."""

import os

import proofs
import protocol as p


def say(*words) -> None:
    print(*words, flush=True)


def refuses(act, *arguments) -> str:
    """The reason for which this is refused; that it is not is a failure."""
    try:
        act(*arguments)
    except p.Refused as refused:
        return str(refused)
    raise AssertionError("taken, though it must be refused")


def try_tampered(receipt: dict, other: dict, trust: proofs.Trust, wanted: bytes) -> int:
    """Every character of every field altered, fields away, added, exchanged and of another receipt: none is genuine and final."""

    def check(altered) -> None:
        p.require(proofs.check_receipt(altered, trust, wanted).final, "not final")

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


def read_file(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def write_file(path: str, data: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
