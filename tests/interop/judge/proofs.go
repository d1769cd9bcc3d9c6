package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const proofHeader = "c2sp.org/tlog-proof@v1"

// samples are places in a tree of n leaves: the ends, around powers of two, and some between.
func samples(n int64) []int64 {
	found := []int64{0, n - 1, n / 2, n / 3, n - n/5}
	for power := int64(1); power < n; power *= 4 {
		found = append(found, power-1, power)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// checkOwnProofs lets tlog make proofs from our tiles and check them.
func (log *servedLog) checkOwnProofs() (int, error) {
	count := 0
	for _, n := range samples(log.tree.N) {
		hash, err := log.recordHash(n)
		if err != nil {
			return 0, err
		}
		proof, err := tlog.ProveRecord(log.tree.N, n, log.hashes)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckRecord(proof, log.tree.N, log.tree.Hash, n, hash); err != nil {
			return 0, fmt.Errorf("leaf %d: %w", n, err)
		}
		old, err := tlog.TreeHash(n+1, log.hashes)
		if err != nil {
			return 0, err
		}
		tree, err := tlog.ProveTree(log.tree.N, n+1, log.hashes)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(tree, log.tree.N, log.tree.Hash, n+1, old); err != nil {
			return 0, fmt.Errorf("size %d: %w", n+1, err)
		}
		count += 2
	}
	return count, nil
}

func (log *servedLog) recordHash(n int64) (tlog.Hash, error) {
	hashes, err := log.hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
	if err != nil {
		return tlog.Hash{}, err
	}
	return hashes[0], nil
}

// checkInclusion checks the operator's tlog-proofs. The record hash is computed from the entry's bytes.
func (log *servedLog) checkInclusion(folder string) (int, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.tlog-proof"))
	if err != nil || len(names) == 0 {
		return 0, errors.Join(err, errors.New("there are none"))
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		if err := log.checkOne(string(text)); err != nil {
			return 0, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	return len(names), nil
}

func (log *servedLog) checkOne(text string) error {
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != proofHeader {
		return errors.New("this is no tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := parseHashes(lines[2:])
	if err != nil {
		return err
	}
	_, tree, err := openCheckpoint([]byte(checkpoint), log.verifier)
	if err != nil {
		return err
	}
	entries, err := log.entries(index / tileWidth)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entries[index%tileWidth]))
}

// consistency is one proof that the operator's checkpoint of New extends that of Old.
type consistency struct {
	Old, New string   // the two signed checkpoints
	Path     []string // base64
}

func (log *servedLog) checkConsistency(folder string) (int, error) {
	data, err := os.ReadFile(filepath.Join(folder, "consistency.json"))
	if err != nil {
		return 0, err
	}
	var proofs []consistency
	if err := json.Unmarshal(data, &proofs); err != nil {
		return 0, err
	}
	for _, proof := range proofs {
		_, old, err := openCheckpoint([]byte(proof.Old), log.verifier)
		if err != nil {
			return 0, err
		}
		_, tree, err := openCheckpoint([]byte(proof.New), log.verifier)
		if err != nil {
			return 0, err
		}
		path, err := parseHashes(proof.Path)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return 0, fmt.Errorf("from %d to %d: %w", old.N, tree.N, err)
		}
		made, err := tlog.ProveTree(tree.N, old.N, log.hashes)
		if err != nil || !slices.Equal(made, path) {
			return 0, errors.Join(err, fmt.Errorf("from %d to %d: tlog makes another proof", old.N, tree.N))
		}
	}
	return len(proofs), nil
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return nil, fmt.Errorf("%q is no hash", line)
		}
		found[i] = tlog.Hash(hash)
	}
	return found, nil
}
