package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// answer is one line of output: what Go made of a line of input, or why it refused.
type answer struct {
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"`
}

// eachLine answers every line of stdin with one line of JSON. A panic in a library counts as a refusal.
func eachLine(read func(line []byte) (any, error)) error {
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(nil, 64<<20)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for scanner.Scan() {
		result, err := guarded(func() (any, error) { return read(scanner.Bytes()) })
		reply := answer{Result: result}
		if err != nil {
			reply = answer{Error: err.Error()}
		}
		if err := encoder.Encode(reply); err != nil {
			return err
		}
	}
	return scanner.Err()
}

func guarded(work func() (any, error)) (result any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return work()
}
