// Command cty-vectors states what Go's own libraries do with cty values and HCL2 specs, for tests to compare with.
//
//	cty-vectors vectors      prints values in JSON and msgpack, and input that is converted or refused
//	cty-vectors spec-vectors prints HCL2 specs and their protobuf form
//	cty-vectors read-cty     reads lines of {"type": …, "json": …} or {"type": …, "msgpack": hex}: what Go makes of each
//	cty-vectors read-spec    reads lines of hex protobuf, and writes each spec that Go reads there as protobuf again
//	cty-vectors read-hcl     reads lines of {"spec": hex protobuf, "hcl": body of a block}: what Packer would send
//
// packages/plugin-protocol/test/cty/vectors.json holds the output of the first, test/hcl-spec/vectors.json beside it
// that of the second.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: cty-vectors vectors|spec-vectors|read-cty|read-spec|read-hcl")
		os.Exit(2)
	}
	var err error
	switch os.Args[1] {
	case "vectors":
		err = printJSON(ctyVectors())
	case "spec-vectors":
		err = printJSON(specVectors())
	case "read-cty":
		err = eachLine(readCty)
	case "read-spec":
		err = eachLine(readSpec)
	case "read-hcl":
		err = eachLine(readHCL)
	default:
		err = fmt.Errorf("unknown command %q", os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func printJSON(value any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
