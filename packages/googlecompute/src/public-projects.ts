/**
 * Google's projects of public images, in the order in which the official plugin looks through them.
 *
 * Source: packer-plugin-googlecompute 1.2.7, `lib/common/driver_gce.go`, `GetImage`.
 */
export const PUBLIC_PROJECTS: readonly string[] = [
  "almalinux-cloud",
  "centos-cloud",
  "cloud-hpc-image-public",
  "cos-cloud",
  "coreos-cloud",
  "debian-cloud",
  "fedora-cloud",
  "fedora-coreos-cloud",
  "freebsd-org-cloud-dev",
  "rhel-cloud",
  "rhel-sap-cloud",
  "rocky-linux-cloud",
  "suse-cloud",
  "suse-sap-cloud",
  "suse-byos-cloud",
  "ubuntu-os-cloud",
  "windows-cloud",
  "windows-sql-cloud",
  "gce-nvme",
  "google-containers",
  "opensuse-cloud",
  "ubuntu-os-pro-cloud",
  "ml-images",
];
