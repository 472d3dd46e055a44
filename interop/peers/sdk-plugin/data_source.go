package main

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
)

// datasource answers its settings and a few values.
type datasource struct{ config Config }

func (d *datasource) ConfigSpec() hcldec.ObjectSpec { return d.config.FlatMapstructure().HCL2Spec() }
func (d *datasource) Configure(raws ...any) error   { return d.config.read(raws) }

func (d *datasource) OutputSpec() hcldec.ObjectSpec {
	return hcldec.ObjectSpec{
		"mode":    &hcldec.AttrSpec{Name: "mode", Type: cty.String},
		"numbers": &hcldec.AttrSpec{Name: "numbers", Type: cty.List(cty.Number)},
		"tags":    &hcldec.AttrSpec{Name: "tags", Type: cty.Map(cty.String)},
		"none":    &hcldec.AttrSpec{Name: "none", Type: cty.String},
	}
}

func (d *datasource) Execute() (cty.Value, error) {
	if d.config.Mode == "fail" {
		return cty.NullVal(cty.DynamicPseudoType), fmt.Errorf("nothing found")
	}
	return cty.ObjectVal(map[string]cty.Value{
		"mode":    cty.StringVal(d.config.Mode),
		"numbers": cty.ListVal([]cty.Value{cty.NumberIntVal(1), cty.NumberFloatVal(2.5)}),
		"tags":    cty.MapVal(map[string]cty.Value{"a": cty.StringVal("b")}),
		"none":    cty.NullVal(cty.String),
	}), nil
}
