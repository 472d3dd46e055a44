import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { checkSshSettings, sshFields } from "@packerkit/ssh-communicator";
import { z } from "zod";
import { amiFilterFields, filterBlock } from "./ami-filter.ts";
import { tagBlocks, tagMap } from "./tags.ts";

/**
 * The instance that is provisioned, and how it is reached.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/run_config.go`.
 */
export const runFields = {
  source_ami: z.string().min(1).optional().describe("The id of the image to start from."),
  source_ami_filter: z
    .strictObject(amiFilterFields)
    .optional()
    .describe("How to find the image to start from."),
  instance_type: z.string().min(1).describe("The type of the instance, such as t3.micro."),
  availability_zone: z.string().min(1).optional().describe("The zone of the instance."),
  subnet_id: z.string().min(1).optional().describe("The subnet of the instance."),
  subnet_filter: z
    .strictObject({
      filters: z.record(z.string().min(1), z.string()).default({}),
      most_free: z.boolean().default(false).describe("Take the one with the most free addresses."),
      random: z.boolean().default(false).describe("Take any."),
    })
    .optional()
    .describe("How to find the subnet, where subnet_id does not name it."),
  vpc_id: z.string().min(1).optional().describe("The network of the instance."),
  vpc_filter: filterBlock("How to find the network, where vpc_id does not name it."),
  associate_public_ip_address: z
    .boolean()
    .optional()
    .describe("Whether the instance has a public address. Default: as the subnet says."),
  security_group_id: z.string().min(1).optional().describe("The instance's security group."),
  security_group_ids: z.array(z.string().min(1)).default([]).describe("Its security groups."),
  security_group_filter: filterBlock("How to find its security groups."),
  temporary_security_group_source_cidrs: z
    .array(z.string().refine(isCidr, "is no address range; write for instance 10.0.0.0/8"))
    .default([])
    .describe("Who may reach a temporary security group. Default: everyone."),
  run_tags: tagMap("Tags for the instance, the temporary things around it, and the image."),
  run_tag: tagBlocks("run_tags"),
  user_data: z.string().optional().describe("What the instance is started with."),
  user_data_file: z
    .string()
    .refine((path) => existsSync(path), "does not exist")
    .optional()
    .describe("The file of what the instance is started with."),
  iam_instance_profile: z.string().min(1).optional().describe("The instance's profile."),
  ebs_optimized: z.boolean().default(false).describe("Whether the instance is EBS-optimized."),
  enable_unlimited_credits: z
    .boolean()
    .default(false)
    .describe("Whether a burstable instance may use more credits than it has."),
  shutdown_behavior: z
    .enum(["stop", "terminate"])
    .default("stop")
    .describe("What the instance does when it shuts down by itself."),
  disable_stop_instance: z
    .boolean()
    .default(false)
    .describe("Do not stop the instance, only wait until it has stopped."),
  tenancy: z.enum(["default", "dedicated", "host"]).optional().describe("The hardware's tenancy."),
  metadata_options: z
    .strictObject({
      http_endpoint: z.enum(["enabled", "disabled"]).default("enabled"),
      http_tokens: z.enum(["optional", "required"]).default("optional"),
      http_put_response_hop_limit: z.int().min(1).max(64).default(1),
      instance_metadata_tags: z.enum(["enabled", "disabled"]).default("disabled"),
    })
    .prefault({})
    .describe("The metadata service of the instance."),

  communicator: z
    .enum(["ssh", "none"], 'can only be "ssh" or "none"')
    .default("ssh")
    .describe("How provisioners reach the instance."),
  ...sshFields,
  ssh_interface: z
    .enum(
      ["public_ip", "private_ip", "public_dns", "private_dns", "ipv6"],
      "can only be public_ip, private_ip, public_dns, private_dns or ipv6",
    )
    .optional()
    .describe("Which address to connect to. Default: the public one, else the private one."),
  ssh_keypair_name: z.string().min(1).optional().describe("An existing key pair to start with."),
  ssh_clear_authorized_keys: z
    .boolean()
    .default(false)
    .describe("Take the temporary key off the instance before the image is made."),
  temporary_key_pair_type: z
    .enum(["rsa", "ed25519"], "can only be rsa or ed25519")
    .default("rsa")
    .describe("The type of the temporary key pair."),
};

/** The settings of the instance, checked and completed. */
export type RunConfig = z.output<z.ZodObject<typeof runFields>>;

const SPOT = "spot instances are not supported; use instance_type";
const CAPACITY = "capacity reservations cannot be chosen; leave it out";

/** Options of the instance that are left out: what to do instead. */
export const leftOutRun = {
  block_duration_minutes: SPOT,
  capacity_reservation_group_arn: CAPACITY,
  capacity_reservation_id: CAPACITY,
  capacity_reservation_preference: CAPACITY,
  enable_nitro_enclave: "it is for running instances, and does not change the image",
  enable_t2_unlimited: "use enable_unlimited_credits",
  fleet_tag: SPOT,
  fleet_tags: SPOT,
  license_specifications: "licenses cannot be chosen; leave it out",
  pause_before_ssm: "Session Manager is not supported; let the instance be reached over SSH",
  placement: "use tenancy",
  session_manager_port: "Session Manager is not supported; let the instance be reached over SSH",
  skip_profile_validation: "the profile is not validated beforehand; leave it out",
  spot_allocation_strategy: SPOT,
  spot_instance_types: SPOT,
  spot_price: SPOT,
  spot_price_auto_product: SPOT,
  spot_tag: SPOT,
  spot_tags: SPOT,
  temporary_iam_instance_profile_policy_document:
    "make a profile, and name it with iam_instance_profile",
  temporary_key_pair_name: "leave it out: the name is made so that no other build has it",
  temporary_key_pair_bits: "EC2 makes RSA keys of 2048 bits; leave it out, or use ed25519",
  temporary_security_group_source_public_ip:
    "name your address with temporary_security_group_source_cidrs",
  windows_password_timeout: "Windows is not supported; use SSH",
} as const;

type Refuse = (path: readonly (string | number)[], message: string) => void;

/** Says what does not fit together. Source: `RunConfig.Prepare`. */
export function checkRun(config: RunConfig, refuse: Refuse): void {
  checkSource(config, refuse);
  if (config.user_data !== undefined && config.user_data_file !== undefined) {
    refuse(["user_data_file"], "cannot be given together with user_data; keep one of them");
  }
  if (config.security_group_id !== undefined && config.security_group_ids.length > 0) {
    refuse(["security_group_id"], "cannot be given together with security_group_ids");
  }
  if (config.enable_unlimited_credits && !/^t(2|3|3a|4g)\./.test(config.instance_type)) {
    refuse(["enable_unlimited_credits"], `is for T2, T3, T3a and T4g, not ${config.instance_type}`);
  }
  const metadata = config.metadata_options;
  if (metadata.http_endpoint === "disabled" && metadata.instance_metadata_tags === "enabled") {
    refuse(["metadata_options", "instance_metadata_tags"], "needs http_endpoint = enabled");
  }
  if (config.communicator === "ssh") checkSsh(config, refuse);
}

function checkSource({ source_ami, source_ami_filter: filter }: RunConfig, refuse: Refuse): void {
  if (source_ami !== undefined) return;
  if (filter === undefined) {
    refuse(["source_ami"], "is missing; name the image to start from, or give a source_ami_filter");
  } else if (filter.owners.length === 0) {
    refuse(
      ["source_ami_filter", "owners"],
      "is missing; say whose images to trust, such as amazon, or anyone's could be taken",
    );
  }
}

function checkSsh(config: RunConfig, refuse: Refuse): void {
  checkSshSettings(config, (attribute, message) => refuse([attribute], message));
  const hasKey = config.ssh_private_key_file !== undefined || config.ssh_agent_auth;
  if (config.ssh_keypair_name !== undefined && !hasKey) {
    refuse(
      ["ssh_keypair_name"],
      "needs its private key: give ssh_private_key_file or ssh_agent_auth",
    );
  }
}

function isCidr(text: string): boolean {
  const [address = "", bits = "", ...rest] = text.split("/");
  const version = isIP(address);
  return (
    version !== 0 &&
    rest.length === 0 &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128)
  );
}
