packer {
  required_plugins {
    vsphere = {
      source  = "github.com/packerkit/vsphere"
      version = ">= 0.1.0"
    }
  }
}

variable "vcenter_server" {
  type = string
}

variable "username" {
  type    = string
  default = "administrator@vsphere.local"
}

variable "password" {
  type      = string
  sensitive = true
}

variable "insecure_connection" {
  type        = bool
  default     = false
  description = "Take any certificate, such as one that the vCenter signed itself."
}

variable "datacenter" {
  type = string
}

variable "cluster" {
  type = string
}

variable "datastore" {
  type = string
}

variable "template" {
  type        = string
  description = "The template to clone. VMware Tools and an SSH server run on it."
}

variable "ssh_username" {
  type    = string
  default = "packer"
}

variable "ssh_password" {
  type      = string
  sensitive = true
}

source "vsphere-clone" "web" {
  vcenter_server      = var.vcenter_server
  username            = var.username
  password            = var.password
  insecure_connection = var.insecure_connection

  datacenter = var.datacenter
  cluster    = var.cluster
  datastore  = var.datastore
  folder     = "templates/web"
  template   = var.template
  vm_name    = "web-1"
  notes      = "the shop's web server"
  CPUs       = 2
  RAM        = 4096

  ssh_username     = var.ssh_username
  ssh_password     = var.ssh_password
  shutdown_command = "echo '${var.ssh_password}' | sudo -S shutdown -P now"

  convert_to_template = true
}

build {
  sources = ["source.vsphere-clone.web"]

  provisioner "shell" {
    inline = ["echo 'built from ${var.template}' | sudo tee /etc/motd"]
  }
}
