package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hcldec"
	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
)

// postProcessor passes its artifact on, or makes another one.
type postProcessor struct{ config Config }

func (p *postProcessor) ConfigSpec() hcldec.ObjectSpec {
	return p.config.FlatMapstructure().HCL2Spec()
}
func (p *postProcessor) Configure(raws ...any) error { return p.config.read(raws) }

func (p *postProcessor) PostProcess(ctx context.Context, ui packersdk.Ui, in packersdk.Artifact) (packersdk.Artifact, bool, bool, error) {
	ui.Say(fmt.Sprintf("got %s of %s with %s: %v", in.Id(), in.BuilderId(), strings.Join(in.Files(), ","), in.State("text")))
	switch p.config.Mode {
	case "fail":
		return nil, false, false, fmt.Errorf("the post-processor failed")
	case "wait":
		ui.Say("waiting")
		<-ctx.Done()
		return nil, false, false, fmt.Errorf("the post-processor was cancelled")
	case "nothing":
		return nil, false, false, nil
	case "same":
		return in, true, true, nil
	}
	return &artifact{id: in.Id() + "-processed"}, true, false, nil
}
