// Command hcp-client calls operations of HCP's own Go client, as the HCP_* variables of its environment lead it.
//
//	hcp-client operations   prints the operations of the packer service, a line each
//	hcp-client              reads calls from standard input, a line of JSON each, and answers each with a line of JSON
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "operations" {
		for _, name := range packerOperations() {
			fmt.Println(name)
		}
		return
	}
	if err := answerCalls(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answerCalls() error {
	client, err := connect()
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var call call
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			return fmt.Errorf("the line %q is no call: %w", lines.Text(), err)
		}
		if err := answers.Encode(client.answer(call)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// packerOperations lists the methods of the generated client that send something.
func packerOperations() []string {
	service := reflect.TypeFor[packerService]()
	var names []string
	for i := range service.NumMethod() {
		if method := service.Method(i); method.Type.NumOut() > 0 {
			names = append(names, method.Name)
		}
	}
	return names
}
