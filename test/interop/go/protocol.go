package main

// The formats of docs/protocol.md, written from that page alone: keys, bodies, tokens, leaves. Notes and proofs: proofs.go.
// Nothing here asks a node. What does not hold panics with a refusal, which refused() catches.

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strconv"
)

const (
	tagGenesis, tagEntry, tagRefusals, tagHeader = 0, 1, 2, 3
	refusalsALeaf                                = 1900
	integerMax                                   = 1<<53 - 1
)

var (
	hex16      = regexp.MustCompile(`^[0-9a-f]{32}$`)
	hex32      = regexp.MustCompile(`^[0-9a-f]{64}$`)
	typeName   = regexp.MustCompile(`^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$`)
	mapKey     = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]{0,63}$`)
	integer    = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)
	zeros      = make([]byte, 32)
	strictBase = base64.StdEncoding.Strict()
)

type refusal string

func (r refusal) Error() string { return string(r) }

func require(holds bool, format string, more ...any) {
	if !holds {
		panic(refusal(fmt.Sprintf(format, more...)))
	}
}

func must[T any](value T, err error) T {
	require(err == nil, "%v", err)
	return value
}

// refused is the reason for which act is refused, or "".
func refused(act func()) (why string) {
	defer func() {
		if reason := recover(); reason != nil {
			why = string(reason.(refusal))
		}
	}()
	act()
	return ""
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func sum(parts ...[]byte) []byte {
	hash := sha256.Sum256(join(parts...))
	return hash[:]
}

// unbase64 reads the one spelling: padded, no white space, unused bits zero.
func unbase64(text string) []byte {
	data, err := strictBase.DecodeString(text)
	require(err == nil && strictBase.EncodeToString(data) == text, "not base64")
	return data
}

func unhex(text string) []byte { return must(hex.DecodeString(text)) }

func undecimal(text string) int {
	require(integer.MatchString(text) && text[0] != '-', "not a decimal")
	n := must(strconv.Atoi(text))
	require(n <= integerMax, "a number too large")
	return n
}

// verify is ZIP-215. What the library lets through ZIP-215 lets through too; where it says no the slower check has the word.
func verify(publicKey, signature, message []byte) bool {
	return len(publicKey) == 32 && ed25519.Verify(publicKey, message, signature) || verifyZip215(publicKey, signature, message)
}

type signer struct{ key ed25519.PrivateKey }

func newSigner() signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return signer{must(key, err)}
}

func readPem(data []byte) any {
	block, _ := pem.Decode(data)
	require(block != nil, "no PEM")
	return must(x509.ParsePKCS8PrivateKey(block.Bytes))
}

func (s signer) toPem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(s.key))})
}

func (s signer) publicKey() []byte { return s.key.Public().(ed25519.PublicKey) }

func (s signer) sign(message []byte) []byte { return ed25519.Sign(s.key, message) }

// Transactions

// readJSON reads one value, numbers as they are written.
func readJSON(data []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	require(decoder.Decode(&value) == nil, "no JSON")
	_, err := decoder.Token()
	require(err == io.EOF, "bytes behind the JSON")
	return value
}

func canonicalString(out *bytes.Buffer, text string) {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`}
	out.WriteByte('"')
	for _, c := range text {
		if escape, ok := short[c]; ok {
			out.WriteString(escape)
		} else if c < ' ' {
			fmt.Fprintf(out, `\u%04x`, c)
		} else {
			out.WriteRune(c)
		}
	}
	out.WriteByte('"')
}

// writeCanonical is RFC 8785 of what a body may hold, and refuses what it may not.
func writeCanonical(out *bytes.Buffer, value any, depth int) {
	switch v := value.(type) {
	case map[string]any:
		require(depth <= 16, "too deep")
		keys := make([]string, 0, len(v))
		for key := range v {
			require(mapKey.MatchString(key), "a map's key")
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for i, key := range keys {
			out.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
			canonicalString(out, key)
			out.WriteByte(':')
			writeCanonical(out, v[key], depth+1)
		}
		out.WriteString(map[bool]string{true: "{}", false: "}"}[len(keys) == 0])
	case []any:
		require(depth <= 16, "too deep")
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			writeCanonical(out, item, depth+1)
		}
		out.WriteByte(']')
	case string:
		canonicalString(out, v)
	case bool:
		fmt.Fprint(out, v)
	case int:
		fmt.Fprint(out, v)
	case int64:
		fmt.Fprint(out, v)
	case json.Number:
		n, err := v.Int64()
		require(err == nil && integer.MatchString(string(v)) && n <= integerMax && n >= -integerMax, "a number")
		out.WriteString(string(v))
	default:
		require(false, "no such value in a body")
	}
}

func canonical(value any) []byte {
	var out bytes.Buffer
	writeCanonical(&out, value, 1)
	return out.Bytes()
}

func signingInput(ledgerID, publicKey, body []byte) []byte {
	return join([]byte("medseal/transaction/v1\n"), ledgerID, publicKey, body)
}

func keyStatement(ledgerID []byte, actor string, oldKey, newKey []byte) []byte {
	return join([]byte("medseal/key/v1\n"), ledgerID, []byte(actor+"\n"), oldKey, newKey)
}

func subjectOf(facility string, salt, patientKey []byte) []byte {
	return sum([]byte("medseal/subject/v1\n"+facility+"\n"), salt, patientKey)
}

func msgpackBin(data []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0xc6}, uint32(len(data))), data...)
}

// batchOf is MessagePack of entries without private parts.
func batchOf(entries ...[]byte) []byte {
	batch := binary.BigEndian.AppendUint16([]byte{0xdc}, uint16(len(entries)))
	for _, entry := range entries {
		batch = join(batch, []byte{0x92}, msgpackBin(entry), []byte{0xc0})
	}
	return batch
}

// jwt is RFC 7515, compact.
func jwt(by signer, head, claims []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	text := encode(head) + "." + encode(claims)
	return text + "." + encode(by.sign([]byte(text)))
}

type body = map[string]any

func transactionID(of body, message []byte) []byte {
	expires := undecimal(fmt.Sprint(of["expires"]))
	return join(binary.BigEndian.AppendUint32(nil, uint32(expires)), sum(message)[:28])
}

// readBody reads a body in its one form.
func readBody(data []byte) body {
	require(len(data) >= 1 && len(data) <= 65438, "the length of the body")
	value, isMap := readJSON(data).(body)
	require(isMap && bytes.Equal(canonical(value), data), "not canonical")
	fields := map[string]bool{"expires": true, "nonce": true, "payload": true, "type": true, "privateHash": true}
	for name := range value {
		require(fields[name], "an unknown field")
	}
	expires, _ := value["expires"].(json.Number)
	require(undecimal(string(expires)) < 1<<32, "expires")
	nonce, _ := value["nonce"].(string)
	require(hex16.MatchString(nonce), "nonce")
	_, hasPayload := value["payload"].(body)
	require(hasPayload, "payload")
	kind, _ := value["type"].(string)
	require(typeName.MatchString(kind), "type")
	if privateHash, there := value["privateHash"]; there {
		text, _ := privateHash.(string)
		require(hex32.MatchString(text), "privateHash")
	}
	return value
}

type transaction struct{ id, entry []byte }

func signTransaction(ledgerID []byte, by signer, what body) transaction {
	data := canonical(what)
	message := signingInput(ledgerID, by.publicKey(), data)
	return transaction{transactionID(what, message), join([]byte{tagEntry}, by.publicKey(), by.sign(message), data)}
}

// readEntry is id and body of a transaction leaf whose form and signature hold.
func readEntry(ledgerID, leaf []byte) ([]byte, body) {
	require(len(leaf) > 97 && len(leaf) <= 65535 && leaf[0] == tagEntry, "no transaction leaf")
	value := readBody(leaf[97:])
	message := signingInput(ledgerID, leaf[1:33], leaf[97:])
	require(verify(leaf[1:33], leaf[33:97], message), "the signature of the transaction")
	return transactionID(value, message), value
}

type refusedID struct {
	id   string // the bytes
	code int
}

func readRefusals(leaf []byte) []refusedID {
	count := (len(leaf) - 1) / 34
	require(len(leaf) == 1+34*count && leaf[0] == tagRefusals && count >= 1 && count <= refusalsALeaf, "no refusals leaf")
	ids := make([]refusedID, count)
	for i := range ids {
		row := leaf[1+34*i:]
		ids[i] = refusedID{string(row[:32]), int(binary.BigEndian.Uint16(row[32:]))}
	}
	return ids
}

type header struct {
	height, time             uint64
	rules, accepted, refused int
	previous, digest         []byte
}

func (h header) refusalsLeaves() int { return (h.refused + refusalsALeaf - 1) / refusalsALeaf }

func readHeader(leaf []byte) header {
	require(len(leaf) == 93 && leaf[0] == tagHeader, "no header leaf")
	u64, u32 := binary.BigEndian.Uint64, func(at int) int { return int(binary.BigEndian.Uint32(leaf[at:])) }
	return header{u64(leaf[1:]), u64(leaf[9:]), u32(17), u32(21), u32(25), leaf[29:61], leaf[61:]}
}
