packer {
  required_plugins {
    happy-cloud = {
      source  = "github.com/packerkit/happy-cloud"
      version = ">= 0.1.0"
    }
  }
}

variable "api_url" {
  type    = string
  default = env("HAPPY_CLOUD_API_URL")
}

variable "token" {
  type      = string
  default   = env("HAPPY_CLOUD_TOKEN")
  sensitive = true
}

source "happy-cloud" "web" {
  api_url      = var.api_url
  token        = var.token
  region       = "sunny-east"
  source_image = "happy-linux-1"
  image_name   = "web-1"
  labels       = { team = "web" }
}

build {
  sources = ["source.happy-cloud.web"]

  provisioner "shell" {
    inline = ["echo built from ${build.SourceImageName} > /etc/motd", "cat /etc/motd"]
  }
}
