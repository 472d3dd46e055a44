packer {
  required_plugins {
    amazon = {
      source  = "github.com/packerkit/amazon"
      version = ">= 0.1.0"
    }
  }
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "copy_to" {
  type    = list(string)
  default = ["us-west-2", "eu-central-1"]
}

data "amazon-ami" "base" {
  region      = var.region
  owners      = ["amazon"]
  most_recent = true
  filters = {
    name                  = "al2023-ami-2023.*-x86_64"
    "virtualization-type" = "hvm"
  }
}

source "amazon-ebs" "example" {
  region        = var.region
  ami_name      = "packerkit-example-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  ami_regions   = var.copy_to
  source_ami    = data.amazon-ami.base.id
  instance_type = "t3.micro"
  ssh_username  = "ec2-user"

  tags = {
    Base = "{{ .SourceAMIName }}"
  }
}

build {
  sources = ["source.amazon-ebs.example"]

  provisioner "shell" {
    inline = ["echo built from ${build.SourceAMI} | sudo tee /etc/motd"]
  }
}
