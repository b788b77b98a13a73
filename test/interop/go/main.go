// A client of a medseal node, written from docs/protocol.md and docs/http.md alone, with Go's standard library. What it shows:
// docs/interop.md.
//
//	client vectors PAGE TABLES           the values of docs/protocol-example.md, and tables of test/vectors
//	client play URL DATA OUT             everything against a node whose data folder has its members' keys
//	client check GENESIS TRUST RECEIPT ID
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func vectors(pagePath, tables string) {
	page := string(readFile(pagePath))
	// block is the first fenced block behind these words.
	block := func(after string) string {
		_, rest, there := strings.Cut(page, after)
		require(there, "the page has no %s", after)
		_, rest, _ = strings.Cut(rest, "\n```")
		_, rest, _ = strings.Cut(rest, "\n")
		text, _, _ := strings.Cut(rest, "\n```\n")
		return text
	}
	bytesOf := func(after string) []byte { return unhex(strings.ReplaceAll(block(after), "\n", "")) }
	same := func(what string, have, want []byte) { require(bytes.Equal(have, want), "%s: %x", what, have) }

	keys := map[string]signer{}
	for _, row := range regexp.MustCompile("(?m)^\\| (\\w+) \\| `(..)` \\| `(\\w{64})` \\|$").FindAllStringSubmatch(page, -1) {
		keys[row[1]] = signer{ed25519.NewKeyFromSeed(bytes.Repeat(unhex(row[2]), 32))}
		same(row[1], keys[row[1]].publicKey(), unhex(row[3]))
	}
	held := trustOf([]byte(block("## Genesis")+"\n"), chain{})
	same("ledger id", held.ledgerID, bytesOf("Ledger id,"))
	require(held.origin == block("Origin:"), "origin")
	for _, n := range held.terms[0].nodes {
		require(strings.Contains(page, "\n"+vkey(held.origin, 1, unhex(n.LogKey))+"\n"), "the log's verifier key")
		require(strings.Contains(page, "\n"+vkey(held.origin+"/"+n.Member, 4, unhex(n.CosignerKey))+"\n"), "the cosigner's")
	}

	text := []byte(block("Body (323"))
	what := readBody(text)
	made := signTransaction(held.ledgerID, keys["doctor"], what)
	same("body", made.entry[97:], text)
	same("signing input", signingInput(held.ledgerID, keys["doctor"].publicKey(), text), bytesOf("Signing input:"))
	same("signature", made.entry[33:97], bytesOf("Signature by the doctor"))
	same("id", made.id, bytesOf("Transaction id:"))
	same("entry", made.entry, bytesOf("Entry, which is"))
	same("batch", batchOf(made.entry), bytesOf("The MessagePack batch"))
	part := join(bytes.Repeat([]byte{0x0b}, 32), []byte(`{"code":"15074-8","unit":"mmol/L","value":6.3}`))
	same("private part", part, bytesOf("A private part"))
	require(strings.Contains(page, "```\n"+hex.EncodeToString(sum(part))+"\n```"), "the private hash")
	same("subject", subjectOf("city-hospital", bytes.Repeat([]byte{0x0b}, 32), keys["patient"].publicKey()), bytesOf("The subject above"))
	statement := keyStatement(held.ledgerID, "city-hospital:pt-1", zeros, keys["patient"].publicKey())
	same("key statement", statement, bytesOf("What the patient's key signs"))

	h := readHeader(bytesOf("The header leaf of height 1"))
	require(h.time == 1767225610 && h.rules == 1 && h.accepted == 2 && h.refused == 2, "the header")
	var hashes [][]byte
	for _, row := range regexp.MustCompile("(?m)^\\| \\d \\| .* \\| `(\\w{64})` \\|$").FindAllStringSubmatch(page, -1) {
		hashes = append(hashes, unhex(row[1]))
	}
	signed := held.open(block("The eight leaf hashes") + "\n")
	same("root", rootOf(hashes), signed.root)
	require(signed.size == 8 && signed.final, "the checkpoint")
	var genuine, ofRefused receipt
	parse([]byte(block("Of the transaction. It")), &genuine)
	require(checkReceipt(genuine, held, made.id).final, "the receipt")
	parse([]byte(block("Of the refused transaction")), &ofRefused)
	wanted := regexp.MustCompile("Of the refused transaction `(.*)`").FindStringSubmatch(page)[1]
	require(checkReceipt(ofRefused, held, unhex(wanted)).code == 1101, "the receipt of the refusal")

	var step chain
	parse([]byte(block("The chain of trust, as")), &step)
	digest := sum([]byte("medseal/trust/v1\n"), held.ledgerID, []byte(block("The terms that hold")))
	same("digest of the terms", digest, bytesOf("Their digest"))
	followed := trustOf([]byte(block("## Genesis")+"\n"), step)
	require(len(followed.terms) == 2 && followed.terms[1].first == 11 && len(followed.terms[1].nodes) == 3, "the chain")
	require(checkReceipt(genuine, followed, made.id).final, "the receipt under the chain")
	_, claims, _ := strings.Cut(page[strings.Index(page, "Header and claims"):], "\n```\n")
	claims = strings.Split(claims, "\n")[2]
	require(jwt(keys["doctor"], []byte(block("Header and claims")), []byte(claims)) == block("The token:"), "the token")
	say("docs/protocol-example.md agrees")
	say("refused when altered: %d ways", tryTampered(genuine, ofRefused, held, made.id))
	say("signatures agree with ZIP-215: %d", checkSignatures(tables))
	say("inclusion proofs agree with RFC 9162: %d", checkProofs(tables))
}

// rows are those of a table of test/vectors.
func rows(path string) (table []map[string]string) {
	var columns []string
	for _, line := range strings.Split(string(readFile(path)), "\n") {
		cells := strings.Split(line, " ")
		if line == "" || line[0] == '#' {
			continue
		}
		if columns == nil {
			columns = cells
			continue
		}
		row := map[string]string{}
		for i, name := range columns {
			row[name] = strings.TrimPrefix(cells[i], "-")
		}
		table = append(table, row)
	}
	return table
}

func checkSignatures(folder string) (checked int) {
	for _, name := range []string{"speccheck", "wycheproof-ed25519"} {
		for _, row := range rows(filepath.Join(folder, name+".txt")) {
			key, signature, message := unhex(row["publicKey"]), unhex(row["signature"]), unhex(row["message"])
			want := row["zip215"] == "valid"
			require(verify(key, signature, message) == want, "%s %v", name, row)
			require(verifyZip215(key, signature, message) == want, "%s %v", name, row)
			checked++
		}
	}
	return checked
}

func checkProofs(folder string) (checked int) {
	hashes := map[string][]byte{"empty": nil}
	for _, row := range rows(filepath.Join(folder, "merkle-hashes.txt")) {
		hashes[row["name"]] = unhex(row["bytes"])
	}
	for _, row := range rows(filepath.Join(folder, "merkle-inclusion.txt")) {
		var path [][]byte
		for _, name := range strings.FieldsFunc(row["proof"], func(c rune) bool { return c == ',' }) {
			path = append(path, hashes[name])
		}
		why := refused(func() {
			checkInclusion(undecimal(row["index"]), undecimal(row["size"]), hashes[row["leaf"]], path, hashes[row["root"]])
		})
		require((why == "") == (row["verdict"] == "proven"), "%v: %s", row, why)
		checked++
	}
	return checked
}

func check(genesisPath, trustPath, receiptPath, id string) {
	var followed chain
	parse(readFile(trustPath), &followed)
	var r receipt
	parse(readFile(receiptPath), &r)
	wanted, err := hex.DecodeString(id)
	require(err == nil, "no id")
	if checkReceipt(r, trustOf(readFile(genesisPath), followed), wanted).final {
		say("genuine and final")
	} else {
		say("genuine")
	}
}

func main() {
	log.SetFlags(0)
	arguments := append(os.Args[1:], "", "", "", "")
	why := refused(func() {
		switch arguments[0] {
		case "vectors":
			vectors(arguments[1], arguments[2])
		case "play":
			play(arguments[1], arguments[2], arguments[3])
		case "check":
			check(arguments[1], arguments[2], arguments[3], arguments[4])
		default:
			require(false, "client vectors | play | check")
		}
	})
	if why != "" {
		log.Fatal(why)
	}
}
