package main

import (
	"encoding/json"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// block is the body of a block in a template, and the spec (protobuf, in hex) of the component that it configures.
type block struct {
	Spec string `json:"spec"`
	HCL  string `json:"hcl"`
}

// readHCL answers what Packer would send the component: the block, read by the spec, as cty JSON.
func readHCL(line []byte) (any, error) {
	var in block
	if err := json.Unmarshal(line, &in); err != nil {
		return nil, err
	}
	spec, err := decodeSpec(in.Spec)
	if err != nil {
		return nil, err
	}
	file, diagnostics := hclsyntax.ParseConfig([]byte(in.HCL), "block.hcl", hcl.InitialPos)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	value, diagnostics := hcldec.Decode(file.Body, spec, nil)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	text, err := ctyjson.Marshal(value, cty.DynamicPseudoType)
	return string(text), err
}
