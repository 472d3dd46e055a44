import { z } from "zod";

/**
 * What the client reads of answers. Fields that protobuf leaves out where they are empty are filled in, so that HCP's
 * answers and ours read alike.
 */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

export const errorAnswer = z.object({ code: z.int(), message: text });

const pagination = z
  .object({ next_page_token: text })
  .nullish()
  .transform((value) => value?.next_page_token ?? "");

const artifact = z.object({ id: text, external_identifier: text, region: text, created_at: text });

const build = z.object({
  id: z.string(),
  component_type: text,
  platform: text,
  status: text,
  labels,
  artifacts: list(artifact),
});
export type BuildAnswer = z.output<typeof build>;

const version = z.object({
  id: z.string(),
  name: text,
  fingerprint: text,
  status: text,
  template_type: text,
  builds: list(build),
});
export type VersionAnswer = z.output<typeof version>;

const channel = z.object({ id: z.string(), name: text, version: version.nullish() });

export const bucketAnswer = z.object({
  bucket: z.object({ id: z.string(), name: text, description: text, labels }),
});
export const versionAnswer = z.object({ version });
export const buildAnswer = z.object({ build });
export const buildsAnswer = z.object({ builds: list(build), pagination });
export const channelAnswer = z.object({ channel });
export const nothing = z.unknown();

export const enforcedBlocksAnswer = z.object({
  enforced_block_detail: list(
    z.object({
      id: text,
      name: text,
      version: z.object({ version: text, block_content: text, template_type: text }).nullish(),
    }),
  ),
});

const relative = z.object({
  bucket_name: text,
  version_id: text,
  version_name: text,
  version_fingerprint: text,
  version_status: text,
});

export const ancestryAnswer = z.object({
  relations: list(
    z.object({
      child: relative.nullish(),
      parent: relative
        .extend({
          channel_name: text,
          channel_version: z.object({ name: text, fingerprint: text }).nullish(),
        })
        .nullish(),
      status: text,
      platform: text,
      source_external_identifier: text,
    }),
  ),
  pagination,
});

export const searchAnswer = z.object({
  artifacts: list(
    z.object({
      bucket: z.object({ name: text }),
      version: z.object({ id: text, name: text, fingerprint: text, status: text }),
      build,
    }),
  ),
  pagination,
});

export const organizationsAnswer = z.object({ organizations: list(z.object({ id: z.string() })) });
export const projectsAnswer = z.object({
  projects: list(z.object({ id: z.string(), created_at: text })),
});
