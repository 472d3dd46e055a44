package main

import (
	"context"
)

func driveBuilder(plugin *plugin, mode, exercise string, found report) error {
	builder := plugin.Builder()
	settings, err := configs(builder.ConfigSpec(), mode)
	if err != nil {
		return err
	}
	generated, warnings, err := builder.Prepare(settings...)
	found["generated"], found["warnings"], found["prepareError"] = generated, warnings, textOf(err)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ui := &recordingUi{onWaiting: cancel}
	artifact, err := builder.Run(ctx, ui, &hook{exercise, found})
	found["ui"], found["runError"], found["hasArtifact"] = ui.lines, textOf(err), artifact != nil
	if artifact == nil {
		return nil
	}
	switch exercise {
	case "artifact":
		return exerciseArtifact(artifact, found)
	case "calls":
		exerciseCalls(artifact, found)
	}
	return nil
}
