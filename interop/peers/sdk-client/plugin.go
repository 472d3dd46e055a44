package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"

	sdk "github.com/hashicorp/packer-plugin-sdk/plugin"
	packrpc "github.com/hashicorp/packer-plugin-sdk/rpc"
)

// plugin is one that runs, and that this program is connected to.
type plugin struct {
	*packrpc.Client
	command *exec.Cmd
}

// start runs the default component of a kind as Packer does, and connects to it.
func start(file, kind string) (*plugin, error) {
	command := exec.Command(file, "start", kind, "--protobuf", sdk.DEFAULT_NAME)
	command.Env = append(os.Environ(),
		sdk.MagicCookieKey+"="+sdk.MagicCookieValue,
		"PACKER_PLUGIN_MIN_PORT=10000", "PACKER_PLUGIN_MAX_PORT=25000")
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	client, err := connect(bufio.NewReader(stdout))
	if err != nil {
		command.Process.Kill()
		command.Wait()
		return nil, err
	}
	return &plugin{client, command}, nil
}

func connect(stdout *bufio.Reader) (*packrpc.Client, error) {
	line, err := stdout.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("no handshake: %w", err)
	}
	parts := strings.SplitN(strings.TrimSpace(line), "|", 4)
	if len(parts) != 4 || parts[0] != sdk.APIVersionMajor || parts[1] != sdk.APIVersionMinor {
		return nil, fmt.Errorf("unexpected handshake %q", line)
	}
	conn, err := net.Dial(parts[2], parts[3])
	if err != nil {
		return nil, err
	}
	client, err := packrpc.NewClient(conn)
	if err != nil {
		return nil, err
	}
	client.UseProto = true
	return client, nil
}

// close ends the connection and tells how the plugin ended.
func (p *plugin) close() string {
	p.Client.Close()
	p.command.Wait()
	return p.command.ProcessState.String()
}
