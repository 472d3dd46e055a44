package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
)

// recordingUi keeps what it is told, a line each. It calls onWaiting when it hears "waiting".
type recordingUi struct {
	mutex     sync.Mutex
	lines     []string
	onWaiting func()
}

var _ packersdk.Ui = (*recordingUi)(nil)

func (u *recordingUi) record(format string, values ...any) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.lines = append(u.lines, fmt.Sprintf(format, values...))
}

func (u *recordingUi) Say(message string) {
	u.record("say %s", message)
	if message == "waiting" {
		u.onWaiting()
	}
}

func (u *recordingUi) Ask(question string) (string, error) {
	u.record("ask %s", question)
	return "yes", nil
}

// Message is what Say was called for details; it is deprecated.
func (u *recordingUi) Message(message string) { u.Say(message) }

func (u *recordingUi) Error(message string) { u.record("error %s", message) }

func (u *recordingUi) Sayf(format string, args ...any)   { u.Say(fmt.Sprintf(format, args...)) }
func (u *recordingUi) Errorf(format string, args ...any) { u.Error(fmt.Sprintf(format, args...)) }
func (u *recordingUi) Askf(format string, args ...any) (string, error) {
	return u.Ask(fmt.Sprintf(format, args...))
}

func (u *recordingUi) Machine(category string, values ...string) {
	u.record("machine %s %s", category, strings.Join(values, ","))
}

func (u *recordingUi) TrackProgress(src string, current, total int64, stream io.ReadCloser) io.ReadCloser {
	u.record("progress of %s: %d of %d", src, current, total)
	return &recordingProgress{ui: u, stream: stream}
}

// recordingProgress records, in the end, how much was read through it.
type recordingProgress struct {
	ui     *recordingUi
	stream io.ReadCloser
	bytes  int
}

func (p *recordingProgress) Read(into []byte) (int, error) {
	size, err := p.stream.Read(into)
	p.bytes += size
	return size, err
}

func (p *recordingProgress) Close() error {
	p.ui.record("progress ended after %d", p.bytes)
	return p.stream.Close()
}
