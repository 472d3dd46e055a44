packer {
  required_plugins {
    docker = {
      source  = "github.com/packerkit/docker"
      version = ">= 0.1.0"
    }
  }
}

source "docker" "example" {
  image  = "busybox:latest"
  pull   = false
  commit = true
}

build {
  sources = ["source.docker.example"]

  provisioner "shell" {
    inline = ["echo built from ${build.SourceImageSha256} > /etc/motd", "cat /etc/motd"]
  }

  post-processors {
    post-processor "docker-tag" {
      repository = "packerkit/example"
      tags       = ["1.0", "latest"]
    }
    post-processor "docker-save" {
      path = "example.tar"
    }
  }
}
