package main

import (
	"context"
	"fmt"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

func driveProvisioner(plugin *plugin, mode, _ string, found report) error {
	provisioner := plugin.Provisioner()
	settings, err := configs(provisioner.ConfigSpec(), mode)
	if err != nil {
		return err
	}
	err = provisioner.Prepare(settings...)
	found["prepareError"] = textOf(err)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ui := &recordingUi{onWaiting: cancel}
	machine := &packersdk.MockCommunicator{
		StartStdout: "out", StartStderr: "err", StartExitStatus: 3, DownloadData: "held by the machine",
	}
	data := map[string]any{"ID": "machine-1", "Port": 22}
	err = provisioner.Provision(ctx, ui, machine, data)
	found["provisionError"], found["ui"] = textOf(err), ui.lines
	found["stdin"] = machine.StartStdin
	found["uploaded"] = machine.UploadPath + ": " + machine.UploadData
	found["uploadedDir"] = fmt.Sprint(machine.UploadDirSrc, " to ", machine.UploadDirDst, machine.UploadDirExclude)
	found["downloadedDir"] = fmt.Sprint(machine.DownloadDirSrc, " to ", machine.DownloadDirDst, machine.DownloadDirExclude)
	return nil
}

func drivePostProcessor(plugin *plugin, mode, _ string, found report) error {
	processor := plugin.PostProcessor()
	settings, err := configs(processor.ConfigSpec(), mode)
	if err != nil {
		return err
	}
	err = processor.Configure(settings...)
	found["configureError"] = textOf(err)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ui := &recordingUi{onWaiting: cancel}
	incoming := &packersdk.MockArtifact{
		IdValue: "incoming", FilesValue: []string{"in"}, StateValues: map[string]any{"text": "kept"},
	}
	artifact, keep, force, err := processor.PostProcess(ctx, ui, incoming)
	found["keep"], found["force"], found["processError"], found["ui"] = keep, force, textOf(err), ui.lines
	if artifact != nil {
		found["id"], found["files"] = artifact.Id(), artifact.Files()
		found["destroyError"], found["incomingDestroyed"] = textOf(artifact.Destroy()), incoming.DestroyCalled
	}
	return nil
}

func driveDatasource(plugin *plugin, mode, _ string, found report) error {
	source := plugin.Datasource()
	settings, err := configs(source.ConfigSpec(), mode)
	if err != nil {
		return err
	}
	err = source.Configure(settings...)
	found["configureError"] = textOf(err)
	if err != nil {
		return nil
	}
	value, err := source.Execute()
	found["executeError"] = textOf(err)
	if err != nil {
		return nil
	}
	for name := range source.OutputSpec() {
		attribute := value.GetAttr(name)
		text, err := ctyjson.Marshal(attribute, cty.DynamicPseudoType)
		if err != nil {
			return err
		}
		found[name] = string(text)
	}
	return nil
}
