package main

import (
	"fmt"
	"sync"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
	registryimage "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"
	"github.com/mitchellh/mapstructure"
)

// exerciseArtifact asks an artifact everything, and reads the image metadata the way Packer's core does.
func exerciseArtifact(artifact packersdk.Artifact, found report) error {
	found["builderId"], found["id"] = artifact.BuilderId(), artifact.Id()
	found["files"], found["string"] = artifact.Files(), artifact.String()
	states := report{}
	for _, name := range []string{"numbers", "nested", "bytes", "generated_data", "unknown"} {
		states[name] = plain(artifact.State(name))
	}
	found["states"] = states
	text, _ := artifact.State("text").(string)
	found["textSize"] = len(text)

	var images []registryimage.Image
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{Result: &images, WeaklyTypedInput: true})
	if err != nil {
		return err
	}
	err = decoder.Decode(artifact.State(registryimage.ArtifactStateURI))
	found["images"] = images
	found["destroyError"] = textOf(artifact.Destroy())
	return err
}

// exerciseCalls makes 10,000 calls, eight at a time, and counts the answers that belong to another call.
func exerciseCalls(artifact packersdk.Artifact, found report) {
	const callers, each = 8, 1250
	wrong := make([]int, callers)
	var wait sync.WaitGroup
	for caller := range callers {
		wait.Go(func() {
			for call := range each {
				text := fmt.Sprintf("%d of caller %d", call, caller)
				if artifact.State("echo "+text) != text {
					wrong[caller]++
				}
			}
		})
	}
	wait.Wait()
	found["wrongAnswers"] = wrong
}

// plain is a value as JSON can hold it: msgpack's maps have keys of any type.
func plain(value any) any {
	switch value := value.(type) {
	case map[any]any:
		result := map[string]any{}
		for key, item := range value {
			result[fmt.Sprint(key)] = plain(item)
		}
		return result
	case []any:
		result := []any{}
		for _, item := range value {
			result = append(result, plain(item))
		}
		return result
	case []byte:
		return fmt.Sprintf("bytes %x", value)
	}
	return value
}
