package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/hashicorp/packer-plugin-sdk/multistep"
	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
)

// stepSpeak does with the Ui all that can be done with one; or fails, or waits to be cancelled, where mode says so.
type stepSpeak struct{ mode string }

func (s *stepSpeak) Run(ctx context.Context, state multistep.StateBag) multistep.StepAction {
	ui := state.Get("ui").(packersdk.Ui)
	if err := s.speak(ctx, ui); err != nil {
		state.Put("error", err)
		return multistep.ActionHalt
	}
	return multistep.ActionContinue
}

func (s *stepSpeak) Cleanup(state multistep.StateBag) {
	state.Get("ui").(packersdk.Ui).Say("cleaned up")
}

func (s *stepSpeak) speak(ctx context.Context, ui packersdk.Ui) error {
	switch s.mode {
	case "fail":
		return fmt.Errorf("the build failed")
	case "wait":
		ui.Say("waiting")
		<-ctx.Done()
		return fmt.Errorf("the build was cancelled")
	}
	for _, word := range []string{"one", "two", "three"} {
		ui.Say(word)
	}
	ui.Error("a problem")
	ui.Machine("category", "a", "b")
	answer, err := ui.Ask("sure?")
	if err != nil {
		return err
	}
	ui.Say("answered " + answer)
	content := io.NopCloser(bytes.NewReader(make([]byte, 1000)))
	tracked := ui.TrackProgress("folder/file.iso", 0, 1000, content)
	if _, err := io.Copy(io.Discard, tracked); err != nil {
		return err
	}
	return tracked.Close()
}
