package main

// What is proven of a log, by docs/protocol.md alone: trees, tiles, notes, the chain of trust, receipts.

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

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

// checkInclusion is RFC 9162, 2.1.3.2. `value` is the leaf's hash.
func checkInclusion(index, size int, value []byte, path [][]byte, root []byte) {
	require(index < size, "the leaf lies beyond the tree")
	require(len(value) == 32 && len(root) == 32, "the length of a hash")
	node, last := index, size-1
	for _, sibling := range path {
		require(last > 0 && len(sibling) == 32, "the proof is too long, or a hash of it")
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
		require(len(hashes) <= 63, "more hashes than a proof has")
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
	checkInclusion(index, opened.size, leafHash(entry), path, opened.root)
	checkInclusion(at, opened.size, leafHash(headerLeaf), headerPath, opened.root)

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
