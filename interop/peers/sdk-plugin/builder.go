package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/multistep"
	"github.com/hashicorp/packer-plugin-sdk/multistep/commonsteps"
	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
)

// builder speaks, provisions a machine in memory, and answers an artifact.
type builder struct{ config Config }

func (b *builder) ConfigSpec() hcldec.ObjectSpec { return b.config.FlatMapstructure().HCL2Spec() }

func (b *builder) Prepare(raws ...any) ([]string, []string, error) {
	if err := b.config.read(raws); err != nil {
		return nil, nil, err
	}
	return []string{"Address", "Port", "Tags"}, []string{"the mode is " + b.config.Mode}, nil
}

func (b *builder) Run(ctx context.Context, ui packersdk.Ui, hook packersdk.Hook) (packersdk.Artifact, error) {
	ui.Say(b.config.summary())
	state := new(multistep.BasicStateBag)
	state.Put("ui", ui)
	state.Put("hook", hook)
	state.Put("communicator", newMachine())
	state.Put("instance_id", "machine-1")
	state.Put("generated_data", map[string]any{
		"Address": "10.0.0.1", "Port": 22, "Tags": map[string]string{"a": "b"},
	})
	steps := []multistep.Step{&stepSpeak{b.config.Mode}, new(commonsteps.StepProvision)}
	commonsteps.NewRunner(steps, b.config.PackerConfig, ui).Run(ctx, state)
	if err, failed := state.GetOk("error"); failed {
		return nil, err.(error)
	}
	if _, cancelled := state.GetOk(multistep.StateCancelled); cancelled {
		return nil, fmt.Errorf("the build was cancelled")
	}
	if b.config.Mode == "nothing" {
		return nil, nil
	}
	return &artifact{id: "img-1"}, nil
}
