package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
)

// machine lives in memory. Besides what was uploaded it has these files: `/digest/PATH` and `/info/PATH` tell of PATH,
// `/zeros/N` holds N zero bytes, `/null` keeps nothing, `/readonly` cannot be written.
type machine struct {
	mutex sync.Mutex
	files map[string][]byte
}

var _ packersdk.Communicator = (*machine)(nil)

func newMachine() *machine { return &machine{files: map[string][]byte{}} }

// Start knows the commands `cat`, `echo TEXT`, `warn TEXT`, `exit N` and, which does not start, `break`.
func (m *machine) Start(_ context.Context, cmd *packersdk.RemoteCmd) error {
	verb, text, _ := strings.Cut(cmd.Command, " ")
	if verb == "break" {
		return fmt.Errorf("the machine is broken")
	}
	go func() {
		status := 0
		switch verb {
		case "exit":
			status, _ = strconv.Atoi(text)
		case "echo":
			fmt.Fprintln(cmd.Stdout, text)
		case "warn":
			fmt.Fprintln(cmd.Stderr, text)
		case "cat":
			io.Copy(cmd.Stdout, cmd.Stdin)
		}
		cmd.SetExited(status)
	}()
	return nil
}

func (m *machine) Upload(path string, content io.Reader, info *os.FileInfo) error {
	switch path {
	case "/readonly":
		return fmt.Errorf("the file system is read-only")
	case "/null":
		_, err := io.Copy(io.Discard, content)
		return err
	}
	var kept bytes.Buffer
	if _, err := io.Copy(&kept, content); err != nil {
		return err
	}
	m.keep(path, kept.Bytes())
	m.keep("/digest"+path, fmt.Appendf(nil, "%x", sha256.Sum256(kept.Bytes())))
	if info != nil {
		m.keep("/info"+path, describe(*info))
	}
	return nil
}

func (m *machine) Download(path string, into io.Writer) error {
	if size, isZeros := strings.CutPrefix(path, "/zeros/"); isZeros {
		count, err := strconv.ParseInt(size, 10, 64)
		if err != nil {
			return err
		}
		_, err = io.Copy(into, io.LimitReader(zeros{}, count))
		return err
	}
	m.mutex.Lock()
	content, found := m.files[path]
	m.mutex.Unlock()
	if !found {
		return fmt.Errorf("no such file: %s", path)
	}
	_, err := into.Write(content)
	return err
}

// UploadDir leaves in the file DST what it was asked to do.
func (m *machine) UploadDir(dst string, src string, exclude []string) error {
	if src == "/nowhere" {
		return fmt.Errorf("no such directory: %s", src)
	}
	m.keep(dst, fmt.Appendf(nil, "up from %s without %s", src, strings.Join(exclude, ",")))
	return nil
}

// DownloadDir leaves in the file SRC what it was asked to do.
func (m *machine) DownloadDir(src string, dst string, exclude []string) error {
	if src == "/nowhere" {
		return fmt.Errorf("no such directory: %s", src)
	}
	m.keep(src, fmt.Appendf(nil, "down to %s without %s", dst, strings.Join(exclude, ",")))
	return nil
}

func (m *machine) keep(path string, content []byte) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.files[path] = content
}

// describe tells a file's name, size, mode as Unix writes it, and time.
func describe(file os.FileInfo) []byte {
	mode := file.Mode().Perm()
	if file.Mode()&fs.ModeSetuid != 0 {
		mode |= 0o4000
	}
	return fmt.Appendf(nil, "%s %d %o %d", file.Name(), file.Size(), mode, file.ModTime().UnixMilli())
}

// zeros is an endless stream of zero bytes.
type zeros struct{}

func (zeros) Read(into []byte) (int, error) {
	clear(into)
	return len(into), nil
}
