package main

// Asking a node, and the play of everything that docs/interop.md names. Written from docs/http.md alone.

import (
	"bufio"
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func say(format string, more ...any) { fmt.Printf(format+"\n", more...) }

func mustRefuse(act func()) string {
	why := refused(act)
	if why == "" {
		panic("taken, though it must be refused")
	}
	return why
}

func parse(data []byte, into any) {
	require(json.Unmarshal(data, into) == nil, "unexpected JSON: %.200s", data)
}

func toJSON(value any) []byte { return must(json.Marshal(value)) }

func random(length int) []byte {
	data := make([]byte, length)
	must(rand.Read(data))
	return data
}

// HTTP

type node struct {
	url  string
	info struct {
		Origin, LedgerID, Node string
		Codes                  []struct {
			Code   string
			Number int
		}
	}
}

func openNode(url string) *node {
	n := &node{url: strings.TrimSuffix(url, "/")}
	parse(n.get("/v1/info", ""), &n.info)
	return n
}

func (n *node) do(method, path, token, mediaType string, data []byte) *http.Response {
	request := must(http.NewRequest(method, n.url+path, bytes.NewReader(data)))
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	return must(http.DefaultClient.Do(request))
}

// ask is status and body, whatever the status is.
func (n *node) ask(method, path, token, mediaType string, data []byte) (int, []byte) {
	response := n.do(method, path, token, mediaType, data)
	defer response.Body.Close()
	return response.StatusCode, must(io.ReadAll(response.Body))
}

func (n *node) get(path, token string) []byte {
	status, data := n.ask("GET", path, token, "", nil)
	require(status == 200, "%s: %d %.200s", path, status, data)
	return data
}

type answer struct {
	ID, Status, Settled, Code string
	Index                     int
}

// submit sends one as JSON, more as MessagePack.
func (n *node) submit(wait string, transactions ...transaction) []answer {
	path, mediaType, data := "/v1/transactions", "application/json", []byte(nil)
	if wait != "" {
		path += "?wait=" + wait
	}
	if len(transactions) == 1 {
		entry := transactions[0].entry
		data = toJSON(map[string]string{
			"publicKey": hex.EncodeToString(entry[1:33]),
			"signature": hex.EncodeToString(entry[33:97]),
			"body":      strictBase.EncodeToString(entry[97:]),
		})
	} else {
		mediaType = "application/vnd.msgpack"
		var entries [][]byte
		for _, t := range transactions {
			entries = append(entries, t.entry)
		}
		data = batchOf(entries...)
	}
	status, text := n.ask("POST", path, "", mediaType, data)
	require(status == 200 || status == 202, "submitting: %d %.200s", status, text)
	var answers []answer
	parse(text, &answers)
	return answers
}

// reader is an actor that asks a node, with a token of its own key.
type reader struct {
	node  *node
	actor string
	key   signer
}

// token is a JWT; `changed` are claims that differ from the right ones.
func (r reader) token(changed body) string {
	now := time.Now().Unix()
	claims := body{"sub": r.actor, "aud": r.node.info.Origin + "/" + r.node.info.Node, "url": r.node.url, "iat": now, "exp": now + 300}
	for name, value := range changed {
		claims[name] = value
	}
	head := body{"alg": "EdDSA", "kid": hex.EncodeToString(r.key.publicKey())}
	return jwt(r.key, toJSON(head), toJSON(claims))
}

func (r reader) read(path string) []byte { return r.node.get(path, r.token(nil)) }

func (r reader) sign(kind string, payload body) transaction {
	expires := time.Now().Unix() + 600
	what := body{"expires": expires, "nonce": hex.EncodeToString(random(16)), "payload": payload, "type": kind}
	return signTransaction(unhex(r.node.info.LedgerID), r.key, what)
}

// send signs, submits, and returns once it is final.
func (r reader) send(kind string, payload body) answer {
	a := r.node.submit("final", r.sign(kind, payload))[0]
	require(a.Status == "accepted" && a.Settled == "final", "%s: %+v", kind, a)
	return a
}

// waitFor asks until the transaction is in a block.
func (r reader) waitFor(id []byte) answer {
	for try := 0; try < 600; try++ {
		status, data := r.node.ask("GET", fmt.Sprintf("/v1/transactions/%x", id), r.token(nil), "", nil)
		require(status == 200 || status == 404, "asking for a transaction: %d", status)
		var a answer
		if parse(data, &a); status == 200 && (a.Status == "accepted" || a.Status == "refused") {
			return a
		}
		time.Sleep(50 * time.Millisecond)
	}
	panic(refusal("not committed in time"))
}

// firstEvent is the first event of the stream behind the leaf `lastSeen`.
func (r reader) firstEvent(lastSeen int) map[string]string {
	request := must(http.NewRequest("GET", r.node.url+"/v1/events", nil))
	request.Header.Set("Authorization", "Bearer "+r.token(nil))
	request.Header.Set("Last-Event-ID", strconv.Itoa(lastSeen))
	response := must(http.DefaultClient.Do(request))
	defer response.Body.Close()
	require(response.StatusCode == 200, "the stream: %s", response.Status)
	fields := map[string]string{}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		if name != "" {
			fields[name] = strings.TrimPrefix(value, " ")
		} else if lines.Text() == "" && fields["data"] != "" {
			return fields
		}
	}
	panic(refusal("the stream ended"))
}

// The play

type consortium struct {
	file   []byte
	stated genesis
	data   string
	node   *node
}

func (c *consortium) member(id string) reader {
	key := c.readKey(id)
	for _, m := range c.stated.Members {
		if m.ID == id {
			require(hex.EncodeToString(key.publicKey()) == m.Key, "the key file is not that of genesis")
		}
	}
	return reader{c.node, id, key}
}

func (c *consortium) keyPath(actor string) string {
	return filepath.Join(c.data, "keys", strings.ReplaceAll(actor, ":", "_"))
}

func (c *consortium) readKey(actor string) signer {
	return signer{readPem(readFile(c.keyPath(actor) + ".pem")).(ed25519.PrivateKey)}
}

func play(url, data, out string) {
	c := &consortium{file: readFile(filepath.Join(data, "genesis.json")), data: data, node: openNode(url)}
	parse(c.file, &c.stated)
	held := trustOf(c.file, chain{})
	require(c.node.info.LedgerID == hex.EncodeToString(held.ledgerID), "the node keeps another ledger")
	say("the ledger id is that of the genesis file")

	for _, a := range c.stated.Actors {
		encryption := readPem(readFile(c.keyPath(a.ID) + ".encryption.pem")).(*ecdh.PrivateKey).PublicKey().Bytes()
		require(hex.EncodeToString(c.readKey(a.ID).publicKey()) == a.Key, "the key file is not that of genesis")
		require(hex.EncodeToString(encryption) == a.EncryptionKey, "the encryption key file is not that of genesis")
	}
	var hospital, auditor reader
	for _, m := range c.stated.Members {
		roles := strings.Join(m.Roles, " ")
		if hospital.node == nil && strings.Contains(roles, "hospital") && m.LogKey != "" {
			hospital = c.member(m.ID)
		}
		if auditor.node == nil && strings.Contains(roles, "auditor") {
			auditor = c.member(m.ID)
		}
	}
	doctor := enrolDoctor(held, hospital, out)
	say("a new doctor is enrolled with a key made here")

	payload := body{
		"recordId": fmt.Sprintf("visit-%x", random(4)), "subject": enrolSubject(hospital), "kind": "Observation",
		"contentHash": hex.EncodeToString(random(32)), "encounterAt": time.Now().Unix(),
	}
	anchored, again := doctor.sign("record.anchor", payload), doctor.sign("record.anchor", payload)
	forged := transaction{anchored.id, join(anchored.entry[:len(anchored.entry)-1], []byte(" "))}
	answers := c.node.submit("", anchored, again)
	require(answers[0].ID == hex.EncodeToString(anchored.id) && answers[1].ID == hex.EncodeToString(again.id), "ids computed beforehand")
	accepted, turnedDown := doctor.waitFor(anchored.id), doctor.waitFor(again.id)
	require(accepted.Status == "accepted" && turnedDown.Code == "record.exists", "a record twice")
	say("a batch is committed: one accepted, one refused with %s", turnedDown.Code)
	rejected := c.node.submit("", forged)[0]
	require(rejected.Status == "rejected", "a body that is not canonical")
	say("turned away: %s", rejected.Code)
	same := c.node.submit("final", anchored)[0]
	require(same.Index == accepted.Index && same.Settled == "final", "sent again")
	say("sent again it has the result it had, and is final")

	readRecord(hospital, doctor, payload)
	var first, ofRefused receipt
	parse(doctor.read(fmt.Sprintf("/v1/receipts/%x", anchored.id)), &first)
	v := checkReceipt(first, held, anchored.id)
	require(v.final && v.index == accepted.Index && bytes.Equal(canonical(v.body["payload"]), canonical(payload)), "the verdict")
	say("the receipt is genuine and final")
	parse(doctor.read(fmt.Sprintf("/v1/receipts/%x", again.id)), &ofRefused)
	code := checkReceipt(ofRefused, held, again.id).code
	for _, row := range c.node.info.Codes {
		require((row.Code == "record.exists") == (row.Number == code), "the code's number")
	}
	say("the receipt of the refusal is genuine, code %d", code)
	say("refused when altered: %d ways", tryTampered(first, ofRefused, held, anchored.id))

	event := doctor.firstEvent(accepted.Index - 1)
	require(event["id"] == strconv.Itoa(accepted.Index) && event["event"] == "record.anchor", "the event")
	var stated struct{ ID, Signer string }
	parse([]byte(event["data"]), &stated)
	require(stated.ID == hex.EncodeToString(anchored.id) && stated.Signer == doctor.actor, "its data")
	say("the event of it comes from the stream")

	audit(auditor, held)
	newKey := changeTrust(c, hospital, auditor)
	text := c.node.get("/trust.json", "")
	var followed chain
	parse(text, &followed)
	after := trustOf(c.file, followed)
	newest := hospital.send("identity.enrol-subject", body{"subject": hex.EncodeToString(random(32))})
	var later receipt
	data2 := hospital.read("/v1/receipts/" + newest.ID)
	parse(data2, &later)
	require(checkReceipt(first, after, anchored.id).final && checkReceipt(later, after, unhex(newest.ID)).final, "under the chain of trust")
	say("the chain of trust is followed, and receipts before and after it hold")
	tryChains(c.file, followed, first, anchored.id, newKey)
	audit(auditor, after)

	writeFile(filepath.Join(out, "trust.json"), text)
	writeFile(filepath.Join(out, "receipt.json"), data2)
	writeFile(filepath.Join(out, "id"), []byte(newest.ID))
}

func enrolDoctor(held *trust, hospital reader, out string) reader {
	path := filepath.Join(out, "doctor.pem")
	writeFile(path, newSigner().toPem())
	key := signer{readPem(readFile(path)).(ed25519.PrivateKey)}
	actor := fmt.Sprintf("%s:dr-%x", hospital.actor, random(4))
	encryption := must(ecdh.X25519().GenerateKey(rand.Reader)).PublicKey().Bytes()
	hospital.send("identity.enrol", body{
		"actor": actor, "role": "doctor", "publicKey": hex.EncodeToString(key.publicKey()),
		"encryptionKey": hex.EncodeToString(encryption),
		"statement":     hex.EncodeToString(key.sign(keyStatement(held.ledgerID, actor, zeros, key.publicKey()))),
	})
	return reader{hospital.node, actor, key}
}

func enrolSubject(hospital reader) string {
	subject := hex.EncodeToString(subjectOf(hospital.actor, random(32), newSigner().publicKey()))
	hospital.send("identity.enrol-subject", body{"subject": subject})
	return subject
}

func readRecord(hospital, doctor reader, payload body) {
	path := fmt.Sprintf("/v1/record/records/%s:%s", hospital.actor, payload["recordId"])
	var record struct{ Latest struct{ ContentHash string } }
	parse(doctor.read(path), &record)
	require(record.Latest.ContentHash == payload["contentHash"], "what is read is what was signed")
	now := time.Now().Unix()
	var codes []string
	for _, token := range []string{
		"",
		doctor.token(body{"url": "http://elsewhere.example"}),
		doctor.token(body{"aud": doctor.node.info.Origin + "/elsewhere"}),
		doctor.token(body{"exp": now + 3600}),
		doctor.token(body{"iat": now - 900, "exp": now - 600}),
	} {
		status, data := doctor.node.ask("GET", path, token, "", nil)
		var problem struct{ Code string }
		parse(data, &problem)
		codes = append(codes, fmt.Sprintf("%d %s", status, problem.Code))
	}
	say("the record is read with a token; others: %s", strings.Join(codes, ", "))
}

// tryTampered alters every character of every field, takes fields away, adds and exchanges them, and has those of another
// receipt: none is genuine and final.
func tryTampered(genuine, other receipt, held *trust, wanted []byte) int {
	with := func(name string, value any) receipt {
		altered := receipt{}
		for n, v := range genuine {
			altered[n] = v
		}
		if altered[name] = value; value == nil {
			delete(altered, name)
		}
		return altered
	}
	check := func(r receipt) { require(checkReceipt(r, held, wanted).final, "not final") }
	check(genuine)
	exchanged := with("proof", genuine["headerProof"])
	exchanged["entry"] = genuine["header"]
	altered := []receipt{with("more", ""), exchanged, other}
	for name, value := range genuine {
		altered = append(altered, with(name, []any{value}), with(name, nil))
		if other[name] != value {
			altered = append(altered, with(name, other[name]))
		}
		text := []rune(value.(string))
		for i := range text {
			text[i] ^= 1
			altered = append(altered, with(name, string(text)))
			text[i] ^= 1
		}
	}
	for _, r := range altered {
		mustRefuse(func() { check(r) })
	}
	return len(altered)
}

// audit reads the log as anyone may, by tiles; then every entry, as auditors may.
func audit(auditor reader, held *trust) {
	n := auditor.node
	signed := held.open(string(n.get("/checkpoint", "")))
	hashes := fetchHashes(n, 0, signed.size)
	require(bytes.Equal(rootOf(hashes), signed.root), "the tiles do not give the root")
	for level := 1; level < 8; level++ {
		var roots [][]byte
		for ; len(hashes) >= 256; hashes = hashes[256:] {
			roots = append(roots, rootOf(hashes[:256]))
		}
		above := fetchHashes(n, level, signed.size>>(8*level))
		require(bytes.Equal(join(above...), join(roots...)), "a tile above differs")
		hashes = roots
	}

	var leaves, leafHashes [][]byte
	for index := 0; 256*index < signed.size; index++ {
		path := tilePath("entries", index, min256(signed.size-256*index))
		status, _ := n.ask("GET", path, "", "", nil)
		require(status == 401, "entries are for auditors")
		leaves = append(leaves, readBundle(auditor.read(path))...)
	}
	for _, leaf := range leaves {
		leafHashes = append(leafHashes, leafHash(leaf))
	}
	require(len(leaves) == signed.size && bytes.Equal(rootOf(leafHashes), signed.root), "the entries do not give the root")
	blocks := auditBlocks(leaves, held)
	say("audited: tiles and entries give the signed root, blocks and signatures hold")
	fmt.Fprintf(os.Stderr, "%d leaves in %d blocks\n", signed.size, blocks)
}

func min256(n int) int {
	if n > 256 {
		return 256
	}
	return n
}

func fetchHashes(n *node, level, count int) [][]byte {
	var hashes [][]byte
	for index := 0; 256*index < count; index++ {
		width := min256(count - 256*index)
		tile := n.get(tilePath(level, index, width), "")
		require(len(tile) == 32*width, "the length of a tile")
		for ; len(tile) > 0; tile = tile[32:] {
			hashes = append(hashes, tile[:32])
		}
	}
	return hashes
}

// auditBlocks looks at the blocks as the leaves have them: genesis, then transactions, refusals and a header each.
func auditBlocks(leaves [][]byte, held *trust) (height int) {
	require(leaves[0][0] == tagGenesis && bytes.Equal(sum(leaves[0][1:]), held.ledgerID), "the first leaf")
	previous, lastTime, accepted, refusals := zeros, uint64(0), 0, 0
	seen := map[string]bool{}
	var block []uint32 // when each id expires
	once := func(id string) {
		require(!seen[id], "an id twice")
		seen[id] = true
		block = append(block, binary.BigEndian.Uint32([]byte(id)))
	}
	for _, leaf := range leaves[1:] {
		switch leaf[0] {
		case tagEntry:
			require(refusals == 0, "a transaction behind refusals")
			id, _ := readEntry(held.ledgerID, leaf)
			once(string(id))
			accepted++
		case tagRefusals:
			require(refusals%refusalsALeaf == 0, "a refusals leaf that is not full before the last")
			for _, refused := range readRefusals(leaf) {
				once(refused.id)
				refusals++
			}
		default:
			h := readHeader(leaf)
			require(h.height == uint64(height) && h.accepted == accepted && h.refused == refusals, "counts")
			require(bytes.Equal(h.previous, previous) && h.time >= lastTime, "a header that does not follow")
			for _, expires := range block {
				life := int64(expires) - int64(h.time)
				require(life > 0 && life <= 86400, "an id that had expired, or lives too long")
			}
			block = nil
			previous, lastTime, height = leafHash(leaf), h.time, height+1
			accepted, refusals = 0, 0
		}
	}
	require(accepted == 0 && refusals == 0, "the log does not end in a header")
	return height
}

// changeTrust gives the auditor a node of its own, by a decision of the founding members; its log key.
func changeTrust(c *consortium, hospital, auditor reader) signer {
	log, cosigner := newSigner(), newSigner()
	id := hex.EncodeToString(random(4))
	hospital.send("governance.propose", body{"proposalId": id, "change": body{"node": body{
		"member": auditor.actor,
		"logKey": hex.EncodeToString(log.publicKey()), "cosignerKey": hex.EncodeToString(cosigner.publicKey()),
	}}})
	proposal := hospital.actor + ":" + id
	adopted := func() bool {
		var read struct{ State string }
		parse(hospital.read("/v1/governance/proposals/"+proposal), &read)
		return read.State == "adopted"
	}
	for _, m := range c.stated.Members {
		if m.ID != hospital.actor && !adopted() {
			c.member(m.ID).send("governance.approve", body{"proposal": proposal})
		}
	}
	require(adopted(), "the change of nodes is not adopted")
	return log
}

func tryChains(file []byte, followed chain, genuine receipt, wanted []byte, newKey signer) {
	before, last := followed.Steps[:len(followed.Steps)-1], followed.Steps[len(followed.Steps)-1]
	try := func(steps ...step) {
		mustRefuse(func() { trustOf(file, chain{append(append([]step{}, before...), steps...)}) })
	}
	try(step{last.Checkpoint, last.Quorum + 1, last.Nodes})
	try(step{last.Checkpoint, last.Quorum, last.Nodes[1:]})
	for i := range last.Nodes {
		nodes := append([]nodeKeys{}, last.Nodes...)
		nodes[i].LogKey, nodes[i].CosignerKey = nodes[i].CosignerKey, nodes[i].LogKey
		try(step{last.Checkpoint, last.Quorum, nodes})
	}
	text := []rune(last.Checkpoint)
	for i := range text {
		text[i] ^= 1
		try(step{string(text), last.Quorum, last.Nodes})
		text[i] ^= 1
	}
	try(last, last)

	// The new log key signs a checkpoint of a size at which it did not count yet.
	held := trustOf(file, followed)
	forged := receipt{"entry": genuine["entry"], "header": genuine["header"]}
	for _, name := range []string{"proof", "headerProof"} {
		head, note, _ := strings.Cut(genuine[name].(string), "\n\n")
		signed, _, _ := strings.Cut(note, "\n\n")
		signature := join(keyID(held.origin, 1, newKey.publicKey()), newKey.sign([]byte(signed+"\n")))
		forged[name] = fmt.Sprintf("%s\n\n%s\n\n\u2014 %s %s\n", head, signed, held.origin, strictBase.EncodeToString(signature))
	}
	why := mustRefuse(func() { checkReceipt(forged, held, wanted) })
	say("bent chains are refused, and so is a new key before its time: %s", why)
}

// Files

func readFile(path string) []byte { return must(os.ReadFile(path)) }

func writeFile(path string, data []byte) {
	require(os.WriteFile(path, data, 0o600) == nil, "cannot write %s", path)
}
