"""Ed25519 as docs/protocol.md has it (ZIP-215), for what common libraries decide otherwise. Slow, and for public data only."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def _add(p, q):
    """RFC 8032, 5.1.4: X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiply(scalar, point):
    result = IDENTITY
    while scalar > 0:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _decode(data):
    """A point, or None. y is reduced mod p, and x = 0 may carry the sign bit."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number % 2**255 % P
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * ROOT_OF_MINUS_1 % P
    if v * x * x % P != u:
        return None
    if x & 1 != sign:
        x = -x % P
    return x, y, 1, x * y % P


BASE = _decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def verify(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """[8][S]B = [8]R + [8][k]A"""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r, s = _decode(public_key), _decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    minus_a = (P - a[0], a[1], 1, P - a[3])
    minus_r = (P - r[0], r[1], 1, P - r[3])
    x, y, z, _ = _multiply(8, _add(_add(_multiply(s, BASE), _multiply(k, minus_a)), minus_r))
    return x == 0 and y == z
