package main

import (
	"crypto/sha512"
	"math/big"
)

// Ed25519 as docs/protocol.md has it (ZIP-215), for what common libraries decide otherwise. Slow, and for public data only.

func number(decimal string) *big.Int {
	n, _ := new(big.Int).SetString(decimal, 10)
	return n
}

var (
	fieldP     = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	groupL     = new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 252), number("27742317777372353535851937790883648493"))
	curveD     = mul(big.NewInt(-121665), inverse(big.NewInt(121666)))
	rootMinus1 = new(big.Int).Exp(big.NewInt(2), new(big.Int).Rsh(fieldP, 2), fieldP)
	base       = decodePoint(littleEndian(mul(big.NewInt(4), inverse(big.NewInt(5)))))
)

func mul(factors ...*big.Int) *big.Int {
	product := big.NewInt(1)
	for _, factor := range factors {
		product.Mod(product.Mul(product, factor), fieldP)
	}
	return product
}

func inverse(n *big.Int) *big.Int { return new(big.Int).ModInverse(n, fieldP) }

func plus(a, b *big.Int) *big.Int { return new(big.Int).Add(a, b) }

func minus(a, b *big.Int) *big.Int { return new(big.Int).Sub(a, b) }

func reversed(data []byte) []byte {
	out := make([]byte, len(data))
	for i, b := range data {
		out[len(data)-1-i] = b
	}
	return out
}

func littleEndian(n *big.Int) []byte { return reversed(n.FillBytes(make([]byte, 32))) }

func fromLittleEndian(data []byte) *big.Int { return new(big.Int).SetBytes(reversed(data)) }

// A point as RFC 8032, 5.1.4 has it: x = X/Z, y = Y/Z, xy = T/Z.
type point struct{ x, y, z, t *big.Int }

func add(p, q *point) *point {
	a, b := mul(minus(p.y, p.x), minus(q.y, q.x)), mul(plus(p.y, p.x), plus(q.y, q.x))
	c, d := mul(big.NewInt(2), p.t, q.t, curveD), mul(big.NewInt(2), p.z, q.z)
	e, f, g, h := minus(b, a), minus(d, c), plus(d, c), plus(b, a)
	return &point{mul(e, f), mul(g, h), mul(f, g), mul(e, h)}
}

func negate(p *point) *point { return &point{minus(fieldP, p.x), p.y, p.z, minus(fieldP, p.t)} }

func multiply(scalar *big.Int, p *point) *point {
	result := &point{big.NewInt(0), big.NewInt(1), big.NewInt(1), big.NewInt(0)}
	for i := scalar.BitLen() - 1; i >= 0; i-- {
		result = add(result, result)
		if scalar.Bit(i) == 1 {
			result = add(result, p)
		}
	}
	return result
}

// A point, or nil. y is reduced mod p, and x = 0 may carry the sign bit.
func decodePoint(data []byte) *point {
	n := fromLittleEndian(data)
	sign := n.Bit(255)
	y := new(big.Int).Mod(n.SetBit(n, 255, 0), fieldP)
	u, v := mul(minus(mul(y, y), big.NewInt(1))), mul(plus(mul(curveD, y, y), big.NewInt(1)))
	exponent := new(big.Int).Rsh(minus(fieldP, big.NewInt(5)), 3)
	x := mul(u, v, v, v, new(big.Int).Exp(mul(u, v, v, v, v, v, v, v), exponent, fieldP))
	if mul(v, x, x).Cmp(u) != 0 {
		x = mul(x, rootMinus1)
	}
	if mul(v, x, x).Cmp(u) != 0 {
		return nil
	}
	if x.Bit(0) != sign {
		x = mul(minus(fieldP, x))
	}
	return &point{x, y, big.NewInt(1), mul(x, y)}
}

// [8][S]B = [8]R + [8][k]A
func verifyZip215(publicKey, signature, message []byte) bool {
	if len(publicKey) != 32 || len(signature) != 64 {
		return false
	}
	a, r, s := decodePoint(publicKey), decodePoint(signature[:32]), fromLittleEndian(signature[32:])
	if a == nil || r == nil || s.Cmp(groupL) >= 0 {
		return false
	}
	hash := sha512.Sum512(join(signature[:32], publicKey, message))
	k := new(big.Int).Mod(fromLittleEndian(hash[:]), groupL)
	left := add(multiply(s, base), negate(add(r, multiply(k, a))))
	result := multiply(big.NewInt(8), left)
	return result.x.Sign() == 0 && result.y.Cmp(result.z) == 0
}
