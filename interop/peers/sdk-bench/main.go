// Command sdk-bench measures packer-plugin-sdk's packer/registry/image on the cases that
// packages/registry-image/bench measures, and prints one JSON document of the same form.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/hashicorp/packer-plugin-sdk/packer"
	registryimage "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"
)

// report is what both benchmarks print.
type report struct {
	// Runtime names what was measured, with versions.
	Runtime      string        `json:"runtime"`
	Measurements []measurement `json:"measurements"`
	// DataDigest is the same on both sides only where both mapped the same data.
	DataDigest string `json:"dataDigest"`
}

type measurement struct {
	Case string `json:"case"`
	// Variant is which of several ways to the same end this is, such as the type of the data.
	Variant string `json:"variant"`
	// Nanoseconds is the mean time of one call.
	Nanoseconds float64 `json:"nanoseconds"`
}

func main() {
	result := report{
		Runtime:      describeRuntime(),
		Measurements: []measurement{{"fromArtifact, five overrides", "", measure(fromArtifact)}},
	}
	for _, size := range []int{1, 100, 100_000} {
		data := makeMappedData(size)
		result.Measurements = append(result.Measurements, measurement{
			Case:        fmt.Sprintf("fromMappedData, %d entries", size),
			Variant:     "map",
			Nanoseconds: measure(func(b *testing.B) { fromMappedData(b, data) }),
		})
		result.DataDigest = digest(data)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		log.Fatal(err)
	}
}

func measure(benchmark func(*testing.B)) float64 {
	result := testing.Benchmark(benchmark)
	return float64(result.T.Nanoseconds()) / float64(result.N)
}

func describeRuntime() string {
	sdk := "packer-plugin-sdk"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/hashicorp/packer-plugin-sdk" {
				sdk += " " + module.Version
			}
		}
	}
	return sdk + ", " + runtime.Version()
}

var sink any

func fromArtifact(b *testing.B) {
	var artifact packer.Artifact = benchArtifact{}
	labels := map[string]any{"os": "linux", "arch": "amd64"}
	for range b.N {
		image, err := registryimage.FromArtifact(artifact,
			registryimage.WithID("ami-0abcdef0"),
			registryimage.WithProvider("aws"),
			registryimage.WithRegion("us-east-1"),
			registryimage.WithSourceID("ami-0fedcba0"),
			registryimage.SetLabels(labels),
		)
		if err != nil {
			b.Fatal(err)
		}
		sink = image
	}
}

func fromMappedData(b *testing.B, data map[string]string) {
	for range b.N {
		images, err := registryimage.FromMappedData(data, toImage)
		if err != nil {
			b.Fatal(err)
		}
		sink = images
	}
}

// toImage is the function of the SDK's own example, with the empty labels that FromArtifact gives an image.
func toImage(key, value any) (*registryimage.Image, error) {
	region, isText := key.(string)
	if !isText {
		return nil, fmt.Errorf("the region is a %T", key)
	}
	ami, isText := value.(string)
	if !isText {
		return nil, fmt.Errorf("the image id is a %T", value)
	}
	return &registryimage.Image{
		ImageID:        ami,
		ProviderName:   "aws",
		ProviderRegion: region,
		Labels:         map[string]string{},
	}, nil
}

// benchArtifact answers constants, so that only the SDK's own work is measured.
type benchArtifact struct{}

func (benchArtifact) BuilderId() string { return "mitchellh.amazonebs" }
func (benchArtifact) Files() []string   { return nil }
func (benchArtifact) Id() string        { return "us-east-1:ami-0abcdef0" }
func (benchArtifact) String() string    { return "AMIs were created" }
func (benchArtifact) State(string) any  { return nil }
func (benchArtifact) Destroy() error    { return nil }
