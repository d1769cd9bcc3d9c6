// Judge checks a served log with golang.org/x/mod's note and tlog packages, which know nothing of
// Habeas: the checkpoint's signature, every tile, every entry, inclusion and consistency proofs.
//
//	judge -url http://127.0.0.1:8080/log/ -vkey <vkey> [-proofs FOLDER]
//
// FOLDER holds *.tlog-proof files and consistency.json. Exit 0: all accepted. Exit 1: something is
// wrong, and the last line says what. Exit 2: wrong use.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	url := flag.String("url", "", "the log's address, with a slash at the end")
	vkey := flag.String("vkey", "", "the log's verifier key")
	proofs := flag.String("proofs", "", "folder with proofs of the log's operator")
	flag.Parse()
	if *url == "" || *vkey == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := judge(*url, *vkey, *proofs); err != nil {
		fmt.Println("rejected:", err)
		os.Exit(1)
	}
	fmt.Println("accepted")
}

func judge(url, vkey, proofs string) error {
	log, err := openLog(url, vkey)
	if err != nil {
		return err
	}
	fmt.Printf("checkpoint of %s: size %d, signature valid\n", log.origin, log.tree.N)
	if err := log.checkTiles(); err != nil {
		return fmt.Errorf("tiles: %w", err)
	}
	fmt.Printf("%d tiles, partial ones included, lead to the signed root\n", len(log.seen))
	if err := log.checkEntries(); err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	fmt.Printf("%d entries have the record hashes of the tiles\n", log.tree.N)
	made, err := log.checkOwnProofs()
	if err != nil {
		return fmt.Errorf("proofs made by tlog: %w", err)
	}
	fmt.Printf("%d inclusion and consistency proofs made by tlog hold\n", made)
	if proofs == "" {
		return nil
	}
	included, err := log.checkInclusion(proofs)
	if err != nil {
		return fmt.Errorf("tlog-proofs: %w", err)
	}
	fmt.Printf("%d tlog-proof texts of the operator hold, each under the checkpoint in it\n", included)
	consistent, err := log.checkConsistency(proofs)
	if err != nil {
		return fmt.Errorf("consistency proofs: %w", err)
	}
	fmt.Printf("%d consistency proofs of the operator hold, and are those that tlog makes\n", consistent)
	return nil
}
