package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/rpc"
	"github.com/zclconf/go-cty/cty"
	"google.golang.org/protobuf/proto"
)

// spec is a hcldec.Spec in a form that prints: the `kind`s are those of rpc/hcl_spec.proto.
type spec struct {
	Kind       string          `json:"kind"`
	Name       string          `json:"name,omitempty"`
	Type       json.RawMessage `json:"type,omitempty"`
	Required   bool            `json:"required,omitempty"`
	Attributes map[string]spec `json:"attributes,omitempty"`
	Nested     *spec           `json:"nested,omitempty"`
}

type specVector struct {
	Name     string `json:"name"`
	Spec     spec   `json:"spec"`
	Protobuf string `json:"protobuf"`
}

func specVectors() []specVector {
	var vectors []specVector
	for _, s := range specSamples() {
		encoded, err := encodeSpec(s.spec)
		check(s.name, err)
		described, err := describe(s.spec)
		check(s.name, err)
		vectors = append(vectors, specVector{Name: s.name, Spec: described, Protobuf: encoded})
	}
	return vectors
}

func readSpec(line []byte) (any, error) {
	decoded, err := decodeSpec(string(line))
	if err != nil {
		return nil, err
	}
	return encodeSpec(byValue(decoded))
}

// byValue is a spec in the form that rpc.ToProto takes, which is not the one that FromProto gives.
func byValue(s hcldec.Spec) hcldec.Spec {
	switch s := s.(type) {
	case *hcldec.ObjectSpec:
		object := hcldec.ObjectSpec{}
		for name, nested := range *s {
			object[name] = byValue(nested)
		}
		return object
	case *hcldec.BlockSpec:
		return &hcldec.BlockSpec{TypeName: s.TypeName, Nested: byValue(s.Nested), Required: s.Required}
	case *hcldec.BlockListSpec:
		return &hcldec.BlockListSpec{TypeName: s.TypeName, Nested: byValue(s.Nested)}
	}
	return s
}

// decodeSpec reads a spec's protobuf form, in hex.
func decodeSpec(text string) (hcldec.Spec, error) {
	raw, err := hex.DecodeString(text)
	if err != nil {
		return nil, err
	}
	message := &rpc.Spec{}
	if err := proto.Unmarshal(raw, message); err != nil {
		return nil, err
	}
	return message.FromProto()
}

// encodeSpec is a spec's protobuf form, in hex; the parts of objects are sorted by name.
func encodeSpec(s hcldec.Spec) (string, error) {
	message, err := rpc.ToProto(s)
	if err != nil {
		return "", err
	}
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	return hex.EncodeToString(raw), err
}

func describe(s hcldec.Spec) (spec, error) {
	switch s := s.(type) {
	case *hcldec.ObjectSpec:
		return describe(*s)
	case hcldec.ObjectSpec:
		attributes := map[string]spec{}
		for name, nested := range s {
			described, err := describe(nested)
			if err != nil {
				return spec{}, err
			}
			attributes[name] = described
		}
		return spec{Kind: "object", Attributes: attributes}, nil
	case *hcldec.AttrSpec:
		return spec{Kind: "attr", Name: s.Name, Type: typeJSON(s.Type), Required: s.Required}, nil
	case *hcldec.BlockSpec:
		nested, err := describe(s.Nested)
		return spec{Kind: "block_value", Name: s.TypeName, Required: s.Required, Nested: &nested}, err
	case *hcldec.BlockListSpec:
		nested, err := describe(s.Nested)
		return spec{Kind: "block_list", Name: s.TypeName, Nested: &nested}, err
	}
	return spec{}, fmt.Errorf("unexpected spec %T", s)
}

type specSample struct {
	name string
	spec hcldec.ObjectSpec
}

func specSamples() []specSample {
	attr := func(name string, t cty.Type, required bool) hcldec.Spec {
		return &hcldec.AttrSpec{Name: name, Type: t, Required: required}
	}
	disk := hcldec.ObjectSpec{"size": attr("size", cty.Number, false)}
	filter := hcldec.ObjectSpec{
		"owners": attr("owners", cty.List(cty.String), true),
		"disk":   &hcldec.BlockListSpec{TypeName: "disk", Nested: disk},
	}
	return []specSample{
		{"empty", hcldec.ObjectSpec{}},
		{"primitives", hcldec.ObjectSpec{
			"s": attr("s", cty.String, false), "n": attr("n", cty.Number, true), "b": attr("b", cty.Bool, false),
		}},
		{"lists and maps", hcldec.ObjectSpec{
			"list": attr("list", cty.List(cty.String), false), "lists": attr("lists", cty.List(cty.List(cty.Number)), false),
			"map": attr("map", cty.Map(cty.String), false), "maps": attr("maps", cty.List(cty.Map(cty.Bool)), false),
		}},
		{"blocks", hcldec.ObjectSpec{
			"filter":  &hcldec.BlockSpec{TypeName: "filter", Nested: filter, Required: true},
			"disk":    &hcldec.BlockListSpec{TypeName: "disk", Nested: disk},
			"nothing": &hcldec.BlockSpec{TypeName: "nothing", Nested: hcldec.ObjectSpec{}},
		}},
		{"names beyond ASCII", hcldec.ObjectSpec{"größe": attr("größe", cty.String, false)}},
	}
}

func sortedKeys(byKey map[string][]string) []string {
	keys := make([]string, 0, len(byKey))
	for key := range byKey {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
