// Command sdk-client drives a plugin through the Go SDK's own RPC client, as Packer does, and prints what came of it
// as JSON: whatever language the plugin is written in, it has to look like one in Go.
//
//	sdk-client builder|provisioner|post-processor|datasource MODE EXERCISE PLUGIN
//	sdk-client measure PLUGIN
//
// MODE is the setting `mode` of the component. EXERCISE says what a builder's hook does with the machine, or what is
// done with its artifact; `-` for nothing in particular.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
)

// report is what a drive found, by name.
type report map[string]any

var drives = map[string]func(*plugin, string, string, report) error{
	"builder":        driveBuilder,
	"provisioner":    driveProvisioner,
	"post-processor": drivePostProcessor,
	"datasource":     driveDatasource,
}

func main() {
	log.SetOutput(io.Discard)
	found, err := run(os.Args[1:])
	if err == nil {
		out := json.NewEncoder(os.Stdout)
		out.SetEscapeHTML(false)
		err = out.Encode(found)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) (any, error) {
	if len(args) == 2 && args[0] == "measure" {
		return measure(args[1])
	}
	if len(args) != 4 || drives[args[0]] == nil {
		return nil, fmt.Errorf("usage: sdk-client KIND MODE EXERCISE PLUGIN | sdk-client measure PLUGIN")
	}
	kind, mode, exercise, file := args[0], args[1], args[2], args[3]
	started, err := start(file, kind)
	if err != nil {
		return nil, err
	}
	found := report{}
	err = drives[kind](started, mode, exercise, found)
	found["exit"] = started.close()
	return found, err
}

// textOf is an error's message, or the empty string for none.
func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
