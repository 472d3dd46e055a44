packer {
  required_plugins {
    azure = {
      source  = "github.com/packerkit/azure"
      version = ">= 0.1.0"
    }
  }
}

variable "subscription_id" {
  type = string
}

variable "resource_group" {
  type        = string
  description = "The resource group that the image and the gallery are in."
}

variable "gallery" {
  type        = string
  description = "The gallery, with an image definition web."
}

source "azure-arm" "web" {
  subscription_id    = var.subscription_id
  use_azure_cli_auth = true

  location        = "westeurope"
  vm_size         = "Standard_B2s"
  os_type         = "Linux"
  image_publisher = "Canonical"
  image_offer     = "ubuntu-24_04-lts"
  image_sku       = "server"

  managed_image_name                = "web-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  managed_image_resource_group_name = var.resource_group

  shared_image_gallery_destination {
    resource_group      = var.resource_group
    gallery_name        = var.gallery
    image_name          = "web"
    image_version       = formatdate("YYYY.MMDD.hhmm", timestamp())
    replication_regions = ["northeurope"]
  }

  azure_tags = { team = "web" }
}

build {
  sources = ["source.azure-arm.web"]

  provisioner "shell" {
    inline = [
      "echo built from ${build.SourceImageName} | sudo tee /etc/motd",
      "sudo waagent -force -deprovision+user",
    ]
  }
}
