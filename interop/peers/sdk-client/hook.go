package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
)

// hook stands for the provisioners of a build: it does one exercise on the machine.
type hook struct {
	exercise string
	found    report
}

var exercises = map[string]func(packersdk.Communicator, report) error{
	"commands":    exerciseCommands,
	"files":       exerciseFiles,
	"directories": exerciseDirectories,
	"bulk":        exerciseBulk,
	"streams":     exerciseStreams,
}

func (h *hook) Run(_ context.Context, name string, ui packersdk.Ui, comm packersdk.Communicator, data any) error {
	if h.exercise == "fail" {
		hooks, _ := h.found["hooks"].([]string)
		h.found["hooks"] = append(hooks, name)
		return fmt.Errorf("a provisioner failed")
	}
	h.found["hook"], h.found["data"] = name, plain(data)
	ui.Say("said by a provisioner")
	if exercise := exercises[h.exercise]; exercise != nil {
		return exercise(comm, h.found)
	}
	return nil
}

func exerciseCommands(comm packersdk.Communicator, found report) error {
	found["echo"] = runCommand(comm, "echo hello", nil)
	found["warn"] = runCommand(comm, "warn careful", nil)
	found["cat"] = runCommand(comm, "cat", strings.NewReader("typed in"))
	found["status"] = runCommand(comm, "exit 123456", nil)
	found["negative"] = runCommand(comm, "exit -1", nil)
	found["break"] = runCommand(comm, "break", nil)
	return nil
}

// runCommand runs a command to its end: its output, its errors and its status, or why it did not start.
func runCommand(comm packersdk.Communicator, command string, stdin io.Reader) string {
	var stdout, stderr bytes.Buffer
	cmd := &packersdk.RemoteCmd{Command: command, Stdin: stdin, Stdout: &stdout, Stderr: &stderr}
	if err := comm.Start(context.Background(), cmd); err != nil {
		return "error: " + err.Error()
	}
	status := cmd.Wait()
	return fmt.Sprintf("%q %q %d", stdout.String(), stderr.String(), status)
}

func exerciseFiles(comm packersdk.Communicator, found report) error {
	var info os.FileInfo = fileInfo{}
	found["upload"] = textOf(comm.Upload("/small", strings.NewReader("small"), &info))
	found["download"] = content(comm, "/small")
	found["info"] = content(comm, "/info/small")
	found["empty"] = textOf(comm.Upload("/empty", strings.NewReader(""), nil)) + content(comm, "/empty")
	found["missing"] = content(comm, "/missing")
	found["readonly"] = textOf(comm.Upload("/readonly", io.LimitReader(zeros{}, 10<<20), nil))
	return nil
}

func exerciseDirectories(comm packersdk.Communicator, found report) error {
	found["upload"] = textOf(comm.UploadDir("/to", "/from", []string{"a", "b"})) + content(comm, "/to")
	found["uploadError"] = textOf(comm.UploadDir("/to", "/nowhere", nil))
	found["download"] = textOf(comm.DownloadDir("/from", "/to", []string{"c"})) + content(comm, "/from")
	found["downloadError"] = textOf(comm.DownloadDir("/nowhere", "/to", nil))
	return nil
}

// content is that of a file of the machine, or why it could not be read.
func content(comm packersdk.Communicator, path string) string {
	var into bytes.Buffer
	if err := comm.Download(path, &into); err != nil {
		return "error: " + err.Error()
	}
	return into.String()
}

// fileInfo is a program of 8 GiB that runs as its owner.
type fileInfo struct{}

func (fileInfo) Name() string       { return "program" }
func (fileInfo) Size() int64        { return 8 << 30 }
func (fileInfo) Mode() fs.FileMode  { return fs.ModeSetuid | 0o755 }
func (fileInfo) ModTime() time.Time { return time.UnixMilli(1_700_000_000_123) }
func (fileInfo) IsDir() bool        { return false }
func (fileInfo) Sys() any           { return nil }
