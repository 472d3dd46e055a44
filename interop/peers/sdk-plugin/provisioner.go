package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hcldec"
	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
)

// provisioner does with the communicator that it is given all that can be done with one, and says what came of it.
type provisioner struct{ config Config }

func (p *provisioner) ConfigSpec() hcldec.ObjectSpec { return p.config.FlatMapstructure().HCL2Spec() }
func (p *provisioner) Prepare(raws ...any) error     { return p.config.read(raws) }

func (p *provisioner) Provision(ctx context.Context, ui packersdk.Ui, comm packersdk.Communicator, data map[string]any) error {
	switch p.config.Mode {
	case "fail":
		return fmt.Errorf("the provisioner failed")
	case "wait":
		ui.Say("waiting")
		<-ctx.Done()
		return fmt.Errorf("the provisioner was cancelled")
	}
	ui.Say(fmt.Sprintf("provisioning %v at %v", data["ID"], data["Port"]))
	var stdout, stderr bytes.Buffer
	cmd := &packersdk.RemoteCmd{
		Command: "cat", Stdin: strings.NewReader("typed in"), Stdout: &stdout, Stderr: &stderr,
	}
	if err := comm.Start(ctx, cmd); err != nil {
		return err
	}
	status := cmd.Wait()
	ui.Say(fmt.Sprintf("cat printed %q and %q, and ended with %d", stdout.String(), stderr.String(), status))
	if err := comm.Upload("/small", strings.NewReader("small"), nil); err != nil {
		return err
	}
	if err := comm.UploadDir("/to", "/from", []string{"a", "b"}); err != nil {
		return err
	}
	if err := comm.DownloadDir("/src", "/dst", []string{"c"}); err != nil {
		return err
	}
	var back bytes.Buffer
	if err := comm.Download("/file", &back); err != nil {
		return err
	}
	ui.Message(fmt.Sprintf("downloaded %q", back.String()))
	return nil
}
