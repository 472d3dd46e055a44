package main

import (
	"strings"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
	registryimage "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"
)

// artifact has something of every kind in its state.
type artifact struct{ id string }

var _ packersdk.Artifact = (*artifact)(nil)

func (*artifact) BuilderId() string { return "packerkit.twin" }
func (*artifact) Files() []string   { return []string{"/a", "/b"} }
func (a *artifact) Id() string      { return a.id }
func (*artifact) String() string    { return "An image that was never made: ümläut ☀" }
func (*artifact) Destroy() error    { return nil }

func (a *artifact) State(name string) any {
	if text, isEcho := strings.CutPrefix(name, "echo "); isEcho {
		return text
	}
	switch name {
	case registryimage.ArtifactStateURI:
		return a.images()
	case "generated_data":
		return map[string]any{"Address": "10.0.0.1"}
	case "numbers":
		return []any{0, 127, 128, 255, 65536, int64(1) << 40, -1, -129, 1.5}
	case "nested":
		return map[string]any{"list": []any{1, map[string]bool{"deep": true}}, "none": nil}
	case "bytes":
		return []byte{1, 2, 3}
	case "text":
		return strings.Repeat("x", 70_000)
	}
	return nil
}

func (a *artifact) images() any {
	image, err := registryimage.FromArtifact(a,
		registryimage.WithProvider("twin"),
		registryimage.WithRegion("sunny"),
		registryimage.WithSourceID("img-0"),
		registryimage.SetLabels(map[string]any{"os": "none", "release": "24.04"}),
	)
	if err != nil {
		return nil
	}
	return []*registryimage.Image{image}
}
