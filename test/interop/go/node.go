package main

// Asking a node, by docs/http.md alone.

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

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
