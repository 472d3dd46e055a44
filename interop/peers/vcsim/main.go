// vcsim serves VMware's own vCenter simulator until it is ended. Its address is the first line that it prints.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"

	// Content libraries, over REST.
	_ "github.com/vmware/govmomi/vapi/simulator"
)

func main() {
	model := simulator.VPX()
	listen := flag.String("l", "127.0.0.1:0", "the address to listen on")
	username := flag.String("username", "", "the only user who may sign in; anybody may where it is empty")
	password := flag.String("password", "", "that user's password")
	flag.IntVar(&model.Datacenter, "dc", model.Datacenter, "the number of datacenters")
	flag.IntVar(&model.Pool, "pool", model.Pool, "the number of resource pools in each cluster or host")
	flag.IntVar(&model.Machine, "vm", model.Machine, "the number of machines in each resource pool")
	flag.IntVar(&model.DelayConfig.Delay, "delay", 0, "how long each call takes, in milliseconds")
	flag.Parse()

	if err := serve(model, *listen, *username, *password); err != nil {
		log.Fatal(err)
	}
}

func serve(model *simulator.Model, listen, username, password string) error {
	defer model.Remove()
	if err := model.Create(); err != nil {
		return err
	}
	address := &url.URL{Host: listen}
	if username != "" {
		address.User = url.UserPassword(username, password)
	}
	model.Service.RegisterEndpoints = true
	model.Service.Listen = address
	model.Service.TLS = new(tls.Config)
	server := model.Service.NewServer()
	defer server.Close()
	fmt.Println(server.URL.Host)

	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
	return nil
}
