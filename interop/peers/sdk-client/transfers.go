package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
)

// exerciseBulk moves 100 MB both ways and compares their digests: of what was sent with that of what the machine
// holds, and of what came back.
func exerciseBulk(comm packersdk.Communicator, found report) error {
	sent := sha256.New()
	source := io.TeeReader(io.LimitReader(random(1), 100_000_000), sent)
	if err := comm.Upload("/bulk", source, nil); err != nil {
		return err
	}
	received, size := sha256.New(), &counter{}
	if err := comm.Download("/bulk", io.MultiWriter(received, size)); err != nil {
		return err
	}
	found["sent"], found["kept"] = fmt.Sprintf("%x", sent.Sum(nil)), content(comm, "/digest/bulk")
	found["received"], found["size"] = fmt.Sprintf("%x", received.Sum(nil)), size.bytes
	return nil
}

// exerciseStreams has eight commands at a time echo bytes of their own, and tells which got them back.
func exerciseStreams(comm packersdk.Communicator, found report) error {
	const commands, size = 8, 4_000_000
	same := make([]bool, commands)
	var wait sync.WaitGroup
	for command := range commands {
		wait.Go(func() {
			var sent, received bytes.Buffer
			stdin := io.TeeReader(io.LimitReader(random(byte(command)), size), &sent)
			cmd := &packersdk.RemoteCmd{Command: "cat", Stdin: stdin, Stdout: &received}
			if err := comm.Start(context.Background(), cmd); err != nil || cmd.Wait() != 0 {
				return
			}
			same[command] = received.Len() == size && bytes.Equal(sent.Bytes(), received.Bytes())
		})
	}
	wait.Wait()
	found["same"] = same
	return nil
}

// random is an endless stream of bytes that repeat for the same seed only.
func random(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

// zeros is an endless stream of zero bytes.
type zeros struct{}

func (zeros) Read(into []byte) (int, error) {
	clear(into)
	return len(into), nil
}

// counter counts what is written to it.
type counter struct{ bytes int64 }

func (c *counter) Write(from []byte) (int, error) {
	c.bytes += int64(len(from))
	return len(from), nil
}
