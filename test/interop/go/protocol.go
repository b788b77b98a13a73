package main

// The formats of docs/protocol.md, written from that page alone: keys, bodies, leaves, notes, proofs, receipts, trust.
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
	"strings"
	"unicode/utf8"
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

// Trees

func leafHash(leaf []byte) []byte { return sum([]byte{0}, leaf) }

func nodeHash(left, right []byte) []byte { return sum([]byte{1}, left, right) }

// rootOf is the root over leaf hashes, RFC 6962: a node that has no sibling goes up as it is.
func rootOf(hashes [][]byte) []byte {
	for len(hashes) > 1 {
		var above [][]byte
		for i := 0; i+1 < len(hashes); i += 2 {
			above = append(above, nodeHash(hashes[i], hashes[i+1]))
		}
		hashes = append(above, hashes[len(above)*2:]...)
	}
	return hashes[0]
}

// checkInclusion is RFC 9162, 2.1.3.2.
func checkInclusion(index, size int, leaf []byte, path [][]byte, root []byte) {
	require(index < size, "the leaf lies beyond the tree")
	node, last, value := index, size-1, leafHash(leaf)
	for _, sibling := range path {
		require(last > 0, "the proof is too long")
		if node&1 == 1 || node == last {
			value = nodeHash(sibling, value)
			for node&1 == 0 && node > 0 {
				node, last = node>>1, last>>1
			}
		} else {
			value = nodeHash(value, sibling)
		}
		node, last = node>>1, last>>1
	}
	require(last == 0 && bytes.Equal(value, root), "the proof does not lead to the root")
}

// tilePath: level is a number, or "entries". Groups of three digits, with zeros in front, all but the last behind x.
func tilePath(level any, index, width int) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return fmt.Sprintf("/tile/%v/%s", level, path)
}

func readBundle(data []byte) [][]byte {
	var leaves [][]byte
	for len(data) > 0 {
		require(len(data) >= 2 && len(data) >= 2+int(binary.BigEndian.Uint16(data)), "a bundle that is cut")
		end := 2 + int(binary.BigEndian.Uint16(data))
		leaves = append(leaves, data[2:end])
		data = data[end:]
	}
	return leaves
}

// Notes and trust

func keyID(name string, kind byte, publicKey []byte) []byte {
	return sum([]byte(name+"\n"), []byte{kind}, publicKey)[:4]
}

func vkey(name string, kind byte, publicKey []byte) string {
	key := strictBase.EncodeToString(join([]byte{kind}, publicKey))
	return fmt.Sprintf("%s+%x+%s", name, keyID(name, kind, publicKey), key)
}

type nodeKeys struct {
	Member      string `json:"member"`
	LogKey      string `json:"logKey"`
	CosignerKey string `json:"cosignerKey"`
}

// terms hold for checkpoints of size `first` and larger ones, up to the next terms.
type terms struct {
	first  int
	nodes  []nodeKeys
	quorum int
}

type step struct {
	Checkpoint string     `json:"checkpoint"`
	Quorum     int        `json:"quorum"`
	Nodes      []nodeKeys `json:"nodes"`
}

type chain struct {
	Steps []step `json:"steps"`
}

type genesis struct {
	Name    string `json:"name"`
	Quorum  int    `json:"quorum"`
	Members []struct {
		ID          string   `json:"id"`
		Roles       []string `json:"roles"`
		Key         string   `json:"key"`
		LogKey      string   `json:"logKey"`
		CosignerKey string   `json:"cosignerKey"`
	} `json:"members"`
	Actors []struct {
		ID            string `json:"id"`
		Key           string `json:"key"`
		EncryptionKey string `json:"encryptionKey"`
	} `json:"actors"`
}

type trust struct {
	ledgerID []byte
	origin   string
	terms    []terms
}

type checkpoint struct {
	size        int
	root, trust []byte
	final       bool
}

// trustOf is what the genesis file says of keys and quorum, and what a chain of trust makes of it.
func trustOf(file []byte, followed chain) *trust {
	var stated genesis
	require(json.Unmarshal(file, &stated) == nil, "no genesis")
	t := &trust{ledgerID: sum(file)}
	t.origin = stated.Name + "/" + hex.EncodeToString(t.ledgerID)[:16]
	first := terms{0, nil, stated.Quorum}
	for _, m := range stated.Members {
		if m.LogKey != "" {
			first.nodes = append(first.nodes, nodeKeys{m.ID, m.LogKey, m.CosignerKey})
		}
	}
	t.terms = []terms{first}
	for _, s := range followed.Steps {
		t.follow(s)
	}
	return t
}

func (t *trust) follow(s step) {
	opened := t.open(s.Checkpoint)
	require(opened.size >= t.terms[len(t.terms)-1].first, "a step that does not come after the one before")
	require(opened.final, "a step that is not final")
	nodes := []any{}
	for _, n := range s.Nodes {
		nodes = append(nodes, body{"cosignerKey": n.CosignerKey, "logKey": n.LogKey, "member": n.Member})
	}
	stated := canonical(body{"nodes": nodes, "quorum": s.Quorum})
	digest := sum([]byte("medseal/trust/v1\n"), t.ledgerID, stated)
	require(bytes.Equal(digest, opened.trust), "a step that its checkpoint does not state")
	t.terms = append(t.terms, terms{opened.size + 1, s.Nodes, s.Quorum})
}

type noteSignature struct {
	name     string
	id, data []byte
}

func readNote(note string) (string, []noteSignature) {
	require(len(note) <= 131072 && utf8.ValidString(note), "a note too long, or no UTF-8")
	for _, c := range note {
		require(c == '\n' || c >= ' ' && c != 0x7f, "control characters")
	}
	head, tail, there := strings.Cut(note, "\n\n")
	require(there && strings.HasSuffix(tail, "\n"), "no signed note")
	lines := strings.Split(strings.TrimSuffix(tail, "\n"), "\n")
	require(len(lines) <= 128, "too many signatures")
	var signatures []noteSignature
	for _, line := range lines {
		parts := strings.Split(line, " ")
		require(len(parts) == 3 && parts[0] == "\u2014" && parts[1] != "" && !strings.Contains(parts[1], "+"), "no signature line")
		data := unbase64(parts[2])
		require(len(data) > 4, "a signature too short")
		signatures = append(signatures, noteSignature{parts[1], data[:4], data[4:]})
	}
	return head + "\n", signatures
}

// signedBy is whether this key signed; a false signature of it makes the note worthless.
func signedBy(text string, signatures []noteSignature, name string, kind byte, publicKey []byte) bool {
	signed := false
	for _, s := range signatures {
		if s.name != name || !bytes.Equal(s.id, keyID(name, kind, publicKey)) {
			continue
		}
		message, signature := text, s.data
		if kind == 4 {
			require(len(signature) == 72, "the length of a cosignature")
			message = fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(signature)) + text
			signature = signature[8:]
		}
		require(verify(publicKey, signature, []byte(message)), "a false signature of %s", name)
		signed = true
	}
	return signed
}

func (t *trust) open(note string) checkpoint {
	text, signatures := readNote(note)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	require(len(lines) >= 3 && len(lines) <= 4 && lines[0] == t.origin, "another ledger's checkpoint, or none")
	opened := checkpoint{size: undecimal(lines[1]), root: unbase64(lines[2])}
	require(len(opened.root) == 32, "the length of the root")
	if len(lines) == 4 {
		require(strings.HasPrefix(lines[3], "trust "), "an extension line that is not known")
		opened.trust = unbase64(lines[3][6:])
	}
	held := t.terms[0]
	for _, later := range t.terms {
		if later.first <= opened.size {
			held = later
		}
	}
	logged, cosigned := 0, 0
	for _, n := range held.nodes {
		if signedBy(text, signatures, t.origin, 1, unhex(n.LogKey)) {
			logged++
		}
		if signedBy(text, signatures, t.origin+"/"+n.Member, 4, unhex(n.CosignerKey)) {
			cosigned++
		}
	}
	require(logged > 0, "no log key signed")
	opened.final = cosigned >= held.quorum
	return opened
}

// Receipts

type receipt map[string]any

type verdict struct {
	code        int // 0 where the transaction was accepted
	body        body
	index, size int
	header      header
	final       bool
}

func readProof(text string) (int, [][]byte, string) {
	head, note, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	require(len(lines) >= 2 && lines[0] == "c2sp.org/tlog-proof@v1" && strings.HasPrefix(lines[1], "index "), "no proof")
	var hashes [][]byte
	for _, line := range lines[2:] {
		hashes = append(hashes, unbase64(line))
		require(len(hashes) <= 63 && len(hashes[len(hashes)-1]) == 32, "the hashes of the proof")
	}
	return undecimal(lines[1][6:]), hashes, note
}

// checkReceipt is what a receipt proves of the transaction `wanted`.
func checkReceipt(r receipt, by *trust, wanted []byte) verdict {
	field := func(name string) string {
		text, isString := r[name].(string)
		require(isString, "no field %s", name)
		return text
	}
	require(len(r) == 4, "the fields")
	index, path, note := readProof(field("proof"))
	at, headerPath, headerNote := readProof(field("headerProof"))
	require(note == headerNote, "two checkpoints")
	opened := by.open(note)

	entry, headerLeaf := unbase64(field("entry")), unbase64(field("header"))
	checkInclusion(index, opened.size, entry, path, opened.root)
	checkInclusion(at, opened.size, headerLeaf, headerPath, opened.root)

	h := readHeader(headerLeaf)
	refusalsAt := at - h.refusalsLeaves()
	v := verdict{index: index, size: opened.size, header: h, final: opened.final}
	if len(entry) > 0 && entry[0] == tagRefusals {
		require(index >= refusalsAt && index < at, "refusals of another block")
		ids, left := readRefusals(entry), h.refused-refusalsALeaf*(index-refusalsAt)
		require(len(ids) == left || len(ids) == refusalsALeaf && left > refusalsALeaf, "how many the leaf refuses")
		for _, refused := range ids {
			if refused.id == string(wanted) {
				v.code = refused.code
				return v
			}
		}
		require(false, "the receipt of another transaction")
	}
	require(index >= refusalsAt-h.accepted && index < refusalsAt, "a transaction of another block")
	var id []byte
	id, v.body = readEntry(by.ledgerID, entry)
	require(bytes.Equal(id, wanted), "the receipt of another transaction")
	return v
}
