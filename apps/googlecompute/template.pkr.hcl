packer {
  required_plugins {
    googlecompute = {
      source  = "github.com/packerkit/googlecompute"
      version = ">= 0.1.0"
    }
  }
}

variable "project_id" {
  type = string
}

variable "bucket" {
  type        = string
  description = "The bucket that the image is exported to."
}

source "googlecompute" "web" {
  project_id          = var.project_id
  zone                = "us-central1-a"
  source_image_family = "debian-12"
  image_name          = "web-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  image_family        = "web"
  image_labels        = { team = "web" }
  ssh_username        = "packer"
}

build {
  sources = ["source.googlecompute.web"]

  provisioner "shell" {
    inline = ["echo built from ${build.SourceImageName} | sudo tee /etc/motd"]
  }

  post-processor "googlecompute-export" {
    paths               = ["gs://${var.bucket}/web.tar.gz"]
    keep_input_artifact = true
  }
}
