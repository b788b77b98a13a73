package main

// Everything that docs/interop.md names, against a node whose data folder has its members' keys.

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
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
