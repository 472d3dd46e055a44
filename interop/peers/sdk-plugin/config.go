package main

import (
	"encoding/json"
	"fmt"

	"github.com/hashicorp/packer-plugin-sdk/common"
	"github.com/hashicorp/packer-plugin-sdk/template/config"
)

//go:generate packer-sdc mapstructure-to-hcl2 -type Config,Disk

// Config is what every component of this plugin is configured with.
type Config struct {
	common.PackerConfig `mapstructure:",squash"`
	// Mode says what the component is to do.
	Mode  string            `mapstructure:"mode" required:"true"`
	Tags  map[string]string `mapstructure:"tags"`
	Disks []Disk            `mapstructure:"disk"`
}

// Disk is a block that may stand any number of times.
type Disk struct {
	Size int `mapstructure:"size"`
}

// read takes the settings as Packer hands them over.
func (c *Config) read(raws []any) error {
	if err := config.Decode(c, nil, raws...); err != nil {
		return err
	}
	if c.Mode == "invalid" {
		return fmt.Errorf("mode: invalid")
	}
	return nil
}

// summary tells all that was understood of the settings, as JSON.
func (c *Config) summary() string {
	sizes := []int{}
	for _, disk := range c.Disks {
		sizes = append(sizes, disk.Size)
	}
	text, err := json.Marshal([]any{c.Mode, c.Tags, sizes, c.PackerBuildName, c.PackerForce, c.PackerUserVars})
	if err != nil {
		return err.Error()
	}
	return string(text)
}
