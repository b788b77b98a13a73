// Audits a medseal log with the Go project's own transparency-log client (golang.org/x/mod/sumdb), which knows nothing of medseal:
// the signed note, the tiles, consistency with an earlier checkpoint, and every entry.
//
//	audit URL VKEY TOKEN OLD_SIZE OLD_ROOT
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Tiles of C2SP tlog-tiles span eight levels.
const height = 8

var base, token string

func get(path string) []byte {
	request, err := http.NewRequest("GET", base+"/"+path, nil)
	check(err)
	if strings.HasPrefix(path, "tile/entries/") {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(err)
	if response.StatusCode != 200 {
		log.Fatalf("%s: %s", path, response.Status)
	}
	return body
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

type tiles struct{}

func (tiles) Height() int { return height }

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		// The older Go scheme names the height in the path; tlog-tiles has one height only.
		data[i] = get(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
	}
	return data, nil
}

func parseCheckpoint(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func bundlePath(index, width int64) string {
	path := tlog.Tile{H: height, L: -1, N: index, W: int(width)}.Path()
	return strings.Replace(path, "tile/8/data/", "tile/entries/", 1)
}

func main() {
	base, token = os.Args[1], os.Args[3]
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	opened, err := note.Open(get("checkpoint"), note.VerifierList(verifier))
	check(err)
	tree := parseCheckpoint(opened.Text)
	hashes := tlog.TileHashReader(tree, tiles{})

	old := parseCheckpoint("\n" + os.Args[4] + "\n" + os.Args[5])
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	check(err)
	check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))

	entries := int64(0)
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		bundle := get(bundlePath(first/256, width))
		for index := first; index < first+width; index++ {
			length := binary.BigEndian.Uint16(bundle)
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			check(err)
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
			entries++
		}
	}
	fmt.Printf("audited %d of %d entries, consistent with size %d\n", entries, tree.N, old.N)
}
