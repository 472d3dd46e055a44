import { describe, expect, it } from "vitest";
import { build, startCloud } from "./cloud.ts";

describe("settings", () => {
  it.each<[string, object, string]>([
    ["no source", { source_ami: undefined }, "source_ami: is missing"],
    [
      "a filter that trusts anyone",
      { source_ami: undefined, source_ami_filter: { filters: { name: "a*" } } },
      "source_ami_filter.owners: is missing",
    ],
    ["a name that is too short", { ami_name: "w" }, "ami_name: must have at least 3 characters"],
    ["a time stamp of old", { ami_name: "web {{timestamp}}" }, "ami_name: may only have"],
    [
      "an unknown expression in a tag",
      { tags: { A: "{{ .Nothing }}" } },
      "{{ .Nothing }}, which is not known",
    ],
    ["one half of the keys", { secret_key: undefined }, "secret_key: is missing"],
    [
      "a key without encryption",
      { kms_key_id: "alias/a" },
      "kms_key_id: is of no use without encrypt_boot",
    ],
    [
      "a key that is none",
      { encrypt_boot: true, kms_key_id: "my key" },
      "kms_key_id: is no KMS key",
    ],
    [
      "a region without a key",
      {
        encrypt_boot: true,
        ami_regions: ["us-west-2", "eu-west-1"],
        region_kms_key_ids: { "us-west-2": "" },
      },
      "ami_regions[1]: eu-west-1 has no key in region_kms_key_ids",
    ],
    [
      "sharing what only this account can decrypt",
      { encrypt_boot: true, ami_users: ["111122223333"] },
      "ami_users: cannot be given for an image that is encrypted with a default key",
    ],
    [
      "no image at all",
      { skip_save_build_region: true },
      "skip_save_build_region: leaves no image at all",
    ],
    ["a time that is none", { deprecate_at: "tomorrow" }, "deprecate_at: is no time"],
    ["an old metadata service", { imds_support: "v1.0" }, 'imds_support: can only be "v2.0"'],
    ["a user missing for SSH", { communicator: "ssh" }, "ssh_username: is missing"],
    ["WinRM", { communicator: "winrm" }, 'communicator: can only be "ssh" or "none"'],
    [
      "a range that is none",
      { temporary_security_group_source_cidrs: ["10.0.0.1/40"] },
      "[0]: is no address range",
    ],
    [
      "two kinds of user data",
      { user_data: "a", user_data_file: import.meta.filename },
      "user_data_file: cannot be given together",
    ],
    [
      "credits for what has none",
      { instance_type: "m5.large", enable_unlimited_credits: true },
      "is for T2, T3, T3a and T4g",
    ],
    [
      "a volume with too many operations",
      {
        launch_block_device_mappings: [
          { device_name: "a", volume_type: "io1", volume_size: 4, iops: 1000 },
        ],
      },
      "launch_block_device_mappings[0].iops: can be at most 50 for each GiB",
    ],
    ["spot instances", { spot_price: "auto" }, "spot_price: is not supported: spot instances"],
    [
      "a bastion host",
      { ssh_bastion_host: "b" },
      "ssh_bastion_host: is not supported: bastion hosts",
    ],
    ["Vault", { vault_aws_engine: [{ name: "a" }] }, "vault_aws_engine: is not supported"],
    ["a misspelt option", { ami_nam: "web" }, "ami_nam: is not an attribute"],
  ])("with %s are refused by name, before any call", async (_, more, message) => {
    await using cloud = await startCloud();
    await expect(build(cloud, more)).rejects.toThrow(message);
    expect(cloud.requests).toEqual([]);
  });

  it("of the official plugin that want nothing are no problem", async () => {
    await using cloud = await startCloud();
    await build(cloud, {
      ena_support: false,
      spot_price: "",
      fleet_tags: {},
      skip_credential_validation: true,
      decode_authorization_messages: false,
    });
  });
});
