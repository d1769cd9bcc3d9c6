package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	mostBytes  = 32 << 20
)

// servedLog is a log under one checkpoint. It is the tlog.TileReader of that log.
type servedLog struct {
	url      string
	verifier note.Verifier
	origin   string
	tree     tlog.Tree
	hashes   tlog.HashReader
	seen     map[string][]byte // tiles by path
}

func openLog(url, vkey string) (*servedLog, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("the verifier key: %w", err)
	}
	log := &servedLog{url: url, verifier: verifier, seen: map[string][]byte{}}
	text, err := log.get("checkpoint")
	if err != nil {
		return nil, err
	}
	log.origin, log.tree, err = openCheckpoint(text, verifier)
	if err != nil {
		return nil, err
	}
	log.hashes = tlog.TileHashReader(log.tree, log)
	return log, nil
}

// openCheckpoint verifies the note and reads origin, size and root.
func openCheckpoint(text []byte, verifier note.Verifier) (string, tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return "", tlog.Tree{}, fmt.Errorf("the checkpoint: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", tlog.Tree{}, errors.New("the checkpoint does not have three lines")
	}
	if lines[0] != verifier.Name() {
		return "", tlog.Tree{}, fmt.Errorf("the origin is %q, the key is of %q", lines[0], verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || strconv.FormatInt(size, 10) != lines[1] {
		return "", tlog.Tree{}, fmt.Errorf("%q is no tree size", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return "", tlog.Tree{}, fmt.Errorf("%q is no root hash", lines[2])
	}
	return lines[0], tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

func (log *servedLog) get(path string) ([]byte, error) {
	answer, err := http.Get(log.url + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, mostBytes))
}

// Height, ReadTiles and SaveTiles make a tlog.TileReader. tlog puts the height into its paths; C2SP
// tlog-tiles, where it is always 8, leaves it out.
func (log *servedLog) Height() int { return tileHeight }

func (log *servedLog) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		found, known := log.seen[path]
		if !known {
			var err error
			if found, err = log.get(path); err != nil {
				return nil, err
			}
			log.seen[path] = found
		}
		data[i] = found
	}
	return data, nil
}

func (log *servedLog) SaveTiles([]tlog.Tile, [][]byte) {}

// checkTiles reads every hash of every tile; tlog authenticates each tile against the root.
func (log *servedLog) checkTiles() error {
	for level := 0; log.tree.N>>(tileHeight*level) > 0; level++ {
		width := log.tree.N >> (tileHeight * level)
		for start := int64(0); start < width; start += tileWidth {
			if _, err := log.hashes.ReadHashes(indexes(level, start, min(start+tileWidth, width))); err != nil {
				return err
			}
		}
	}
	return nil
}

func indexes(level int, start, end int64) []int64 {
	found := make([]int64, 0, end-start)
	for n := start; n < end; n++ {
		found = append(found, tlog.StoredHashIndex(tileHeight*level, n))
	}
	return found
}

// checkEntries compares each entry with its record hash in the tiles.
func (log *servedLog) checkEntries() error {
	for start := int64(0); start < log.tree.N; start += tileWidth {
		end := min(start+tileWidth, log.tree.N)
		hashes, err := log.hashes.ReadHashes(indexes(0, start, end))
		if err != nil {
			return err
		}
		entries, err := log.entries(start / tileWidth)
		if err != nil {
			return err
		}
		if len(entries) != len(hashes) {
			return fmt.Errorf("bundle %d has %d entries, not %d", start/tileWidth, len(entries), len(hashes))
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != hashes[i] {
				return fmt.Errorf("entry %d does not have the hash of its tile", start+int64(i))
			}
		}
	}
	return nil
}

// entries reads one bundle: each entry after its length in two bytes.
func (log *servedLog) entries(bundle int64) ([][]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: -1, N: bundle, W: int(min(log.tree.N-bundle*tileWidth, tileWidth))}
	data, err := log.get(strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1))
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("bundle %d is cut off", bundle)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		found = append(found, data[2:end])
		data = data[end:]
	}
	return found, nil
}
