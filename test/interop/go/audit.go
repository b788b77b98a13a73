package main

// A whole log looked at.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
)

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
