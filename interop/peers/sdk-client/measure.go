package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"syscall"
	"time"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
	registryimage "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"
)

// measured is how fast a plugin is: times are the shortest, rates the highest of several tries.
type measured struct {
	DescribeMilliseconds       float64 `json:"describeMilliseconds"`
	FirstReplyMilliseconds     float64 `json:"firstReplyMilliseconds"`
	FirstReplyPeakMegabytes    float64 `json:"firstReplyPeakMegabytes"`
	StateCallsPerSecond        float64 `json:"stateCallsPerSecond"`
	UploadMegabytesPerSecond   float64 `json:"uploadMegabytesPerSecond"`
	DownloadMegabytesPerSecond float64 `json:"downloadMegabytesPerSecond"`
}

func measure(file string) (measured, error) {
	var result measured
	for _, step := range []func(string, *measured) error{measureDescribe, measureFirstReply, measureBuild} {
		if err := step(file, &result); err != nil {
			return result, err
		}
	}
	return result, nil
}

func measureDescribe(file string, result *measured) error {
	elapsed, err := shortest(20, func() error { return exec.Command(file, "describe").Run() })
	result.DescribeMilliseconds = elapsed.Seconds() * 1e3
	return err
}

// measureFirstReply takes the time from the start of the process to the answer to its first call, and the memory that
// the process has had until then.
func measureFirstReply(file string, result *measured) error {
	var peaks []float64
	var started *plugin
	elapsed, err := shortest(10, func() (err error) {
		if started, err = start(file, "builder"); err == nil && len(started.Builder().ConfigSpec()) == 0 {
			err = fmt.Errorf("%s answers no spec", file)
		}
		return err
	}, func() {
		started.close()
		usage := started.command.ProcessState.SysUsage().(*syscall.Rusage)
		peaks = append(peaks, float64(usage.Maxrss)*1024/1e6)
	})
	if err == nil {
		result.FirstReplyMilliseconds, result.FirstReplyPeakMegabytes = elapsed.Seconds()*1e3, slices.Min(peaks)
	}
	return err
}

// measureBuild runs a build, and measures in it the machine's communicator and, after it, the artifact.
func measureBuild(file string, result *measured) error {
	plugin, err := start(file, "builder")
	if err != nil {
		return err
	}
	defer plugin.close()
	builder := plugin.Builder()
	settings, err := configs(builder.ConfigSpec(), "ok")
	if err != nil {
		return err
	}
	if _, _, err := builder.Prepare(settings...); err != nil {
		return err
	}
	artifact, err := builder.Run(context.Background(), &recordingUi{}, &measuringHook{result: result})
	if err != nil {
		return err
	}
	const calls = 5_000
	elapsed, err := shortest(4, func() error {
		for range calls {
			if artifact.State(registryimage.ArtifactStateURI) == nil {
				return fmt.Errorf("%s answers no image", file)
			}
		}
		return nil
	})
	result.StateCallsPerSecond = calls / elapsed.Seconds()
	return err
}

type measuringHook struct{ result *measured }

func (h *measuringHook) Run(_ context.Context, _ string, _ packersdk.Ui, comm packersdk.Communicator, _ any) error {
	const size = 250_000_000
	up, err := shortest(4, func() error {
		return comm.Upload("/null", io.LimitReader(zeros{}, size), nil)
	})
	if err != nil {
		return err
	}
	down, err := shortest(4, func() error {
		received := &counter{}
		if err := comm.Download(fmt.Sprintf("/zeros/%d", size), received); err != nil {
			return err
		}
		if received.bytes != size {
			return fmt.Errorf("%d bytes of %d arrived", received.bytes, size)
		}
		return nil
	})
	h.result.UploadMegabytesPerSecond = size / 1e6 / up.Seconds()
	h.result.DownloadMegabytesPerSecond = size / 1e6 / down.Seconds()
	return err
}

// shortest is the time that the quickest of several tries took: other work of the machine only makes one longer.
// What follows a try is not counted.
func shortest(tries int, work func() error, after ...func()) (time.Duration, error) {
	var times []time.Duration
	for range tries {
		begin := time.Now()
		if err := work(); err != nil {
			return 0, err
		}
		times = append(times, time.Since(begin))
		for _, follow := range after {
			follow()
		}
	}
	return slices.Min(times), nil
}
