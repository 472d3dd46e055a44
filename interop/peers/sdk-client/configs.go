package main

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// block is what a template says.
const block = `
mode = %q
tags = { team = "blue" }
disk {
  size = 42
}
disk {}
`

// configs are the settings as Packer hands them over: the template's block, read by the component's own spec, and
// Packer's own as a map.
func configs(spec hcldec.ObjectSpec, mode string) ([]any, error) {
	file, problems := hclsyntax.ParseConfig(fmt.Appendf(nil, block, mode), "block.hcl", hcl.InitialPos)
	if problems.HasErrors() {
		return nil, problems
	}
	value, problems := hcldec.Decode(file.Body, spec, nil)
	if problems.HasErrors() {
		return nil, problems
	}
	own := map[string]any{
		"packer_build_name":     "example",
		"packer_force":          true,
		"packer_user_variables": map[string]string{"region": "sunny"},
	}
	return []any{value, own}, nil
}
