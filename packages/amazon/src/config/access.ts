import { z } from "zod";

/**
 * Where the cloud is, and who asks.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/access_config.go`.
 */
export const accessFields = {
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, "is no name of a region; write for instance us-east-1")
    .optional()
    .describe("The region to build in. Default: AWS_REGION, or that of the profile."),
  access_key: z.string().min(1).optional().describe("The access key. Default: the SDK's chain."),
  secret_key: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The secret key.", sensitive: true }),
  token: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The session token of temporary keys.", sensitive: true }),
  profile: z.string().min(1).optional().describe("The profile of the shared credentials file."),
  shared_credentials_file: z
    .string()
    .min(1)
    .optional()
    .describe("The shared credentials file. Default: ~/.aws/credentials."),
  assume_role: z
    .strictObject({
      role_arn: z.string().min(1).describe("The ARN of the role to assume."),
      session_name: z.string().optional().describe("The name of the session."),
      duration_seconds: z.int().min(900).max(43_200).optional().describe("How long it lasts."),
      external_id: z.string().optional().describe("The external id that the role wants to see."),
      policy: z.string().optional().describe("A policy, in JSON, that restricts the session."),
      policy_arns: z.array(z.string()).default([]).describe("Policies that restrict the session."),
      tags: z.record(z.string(), z.string()).default({}).describe("Tags of the session."),
      transitive_tag_keys: z
        .array(z.string())
        .default([])
        .describe("The keys of the tags that further sessions keep."),
    })
    .optional()
    .describe("A role to assume with the credentials."),
  custom_endpoint_ec2: z
    .url()
    .optional()
    .describe("Where EC2 answers, for clouds that are compatible with it."),
  insecure_skip_tls_verify: z
    .boolean()
    .default(false)
    .describe("Accept any certificate of the endpoint."),
  max_retries: z
    .int()
    .min(0)
    .max(100)
    .default(10)
    .transform((retries) => (retries === 0 ? 10 : retries))
    .describe("How often a call is retried that was throttled or got no answer."),
  aws_polling: z
    .strictObject({
      delay_seconds: z
        .int()
        .min(1)
        .optional()
        .describe("The longest pause between two looks at something that takes time."),
      max_attempts: z.int().min(1).optional().describe("How many such pauses to wait at most."),
    })
    .optional()
    .describe("How to wait for things that take time."),
  skip_credential_validation: z
    .boolean()
    .optional()
    .describe("Without effect: the first call shows whether the credentials are valid."),
  skip_metadata_api_check: z
    .boolean()
    .default(false)
    .describe("Do not look for credentials in the metadata service of an instance."),
};

/** The settings for access, checked and completed. */
export type AccessConfig = z.output<z.ZodObject<typeof accessFields>>;

/** Options for access that are left out: what to do instead. */
export const leftOutAccess = {
  decode_authorization_messages: "run `aws sts decode-authorization-message` on the message",
  mfa_code: "take temporary keys with `aws sts get-session-token`, and give them with token",
  vault_aws_engine: "read the keys from Vault with Packer's function vault(), and give them here",
} as const;

type Refuse = (path: readonly (string | number)[], message: string) => void;

/** Says what does not fit together. */
export function checkAccess(
  config: Pick<AccessConfig, "access_key" | "secret_key" | "token">,
  refuse: Refuse,
): void {
  const { access_key, secret_key, token } = config;
  if ((access_key === undefined) !== (secret_key === undefined)) {
    const missing = access_key === undefined ? "access_key" : "secret_key";
    refuse([missing], "is missing; give access_key and secret_key together, or neither");
  }
  if (token !== undefined && access_key === undefined) {
    refuse(["token"], "is of no use without access_key and secret_key");
  }
}
