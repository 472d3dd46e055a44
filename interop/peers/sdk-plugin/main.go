// Command sdk-plugin is a Packer plugin made with the Go SDK, after the model of packer-plugin-scaffolding. Its
// components do a little of everything that can be asked of them; fixtures/twin is the same plugin in TypeScript.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/packer-plugin-sdk/plugin"
	"github.com/hashicorp/packer-plugin-sdk/version"
)

func main() {
	set := plugin.NewSet()
	set.SetVersion(version.NewPluginVersion("1.2.3", "", ""))
	set.RegisterBuilder(plugin.DEFAULT_NAME, &builder{})
	set.RegisterProvisioner(plugin.DEFAULT_NAME, &provisioner{})
	set.RegisterPostProcessor(plugin.DEFAULT_NAME, &postProcessor{})
	set.RegisterDatasource(plugin.DEFAULT_NAME, &datasource{})
	if err := set.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
