import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf } from "@packerkit/plugin-sdk";
import type { ImageResource } from "./client.ts";
import { GoogleComputeError } from "./errors.ts";

/** The settings of an image that builds and imports have in common. */
export interface ImageSettings {
  image_description?: string | undefined;
  image_family?: string | undefined;
  image_labels: Readonly<Record<string, string>>;
  image_licenses?: readonly string[];
  image_guest_os_features: readonly string[];
  image_storage_locations: readonly string[];
  image_architecture?: string | undefined;
  image_platform_key?: string | undefined;
  image_key_exchange_key: readonly string[];
  image_signatures_db: readonly string[];
  image_forbidden_signatures_db: readonly string[];
}

/** The settings that say what Secure Boot trusts. */
const SECURE_BOOT_FILES = {
  keks: "image_key_exchange_key",
  dbs: "image_signatures_db",
  dbxs: "image_forbidden_signatures_db",
} as const;

/**
 * The part of a request for an image that its settings say.
 *
 * @throws {GoogleComputeError} `BAD_FILE`
 */
export async function imageRequest(name: string, settings: ImageSettings): Promise<ImageResource> {
  const state = await secureBootState(settings);
  return {
    name,
    sourceType: "RAW",
    labels: settings.image_labels,
    licenses: [...(settings.image_licenses ?? [])],
    guestOsFeatures: settings.image_guest_os_features.map((type) => ({ type })),
    storageLocations: [...settings.image_storage_locations],
    ...ifGiven("description", settings.image_description),
    ...ifGiven("family", settings.image_family),
    ...ifGiven("architecture", settings.image_architecture),
    ...(state === undefined ? {} : { shieldedInstanceInitialState: state }),
  };
}

function ifGiven(field: string, text: string | undefined): Record<string, string> {
  return text === undefined || text === "" ? {} : { [field]: text };
}

/**
 * What Secure Boot trusts on the image; `undefined` where no setting says it, so that the image has what its disk had.
 *
 * Source: packer-plugin-googlecompute `lib/common/shielded_vms.go`.
 */
async function secureBootState(
  settings: ImageSettings,
): Promise<ImageResource["shieldedInstanceInitialState"] | undefined> {
  const { image_platform_key: platformKey } = settings;
  const pk =
    platformKey === undefined ? undefined : await fileContent(platformKey, "image_platform_key");
  const lists = await Promise.all(
    Object.entries(SECURE_BOOT_FILES).map(async ([field, setting]) => {
      const contents = await Promise.all(
        settings[setting].map((file) => fileContent(file, setting)),
      );
      return [field, contents] as const;
    }),
  );
  const given = lists.filter(([, contents]) => contents.length > 0);
  if (pk === undefined && given.length === 0) return undefined;
  return { ...(pk === undefined ? {} : { pk }), ...Object.fromEntries(given) };
}

async function fileContent(
  file: string,
  setting: string,
): Promise<{ content: string; fileType: "X509" | "BIN" }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new GoogleComputeError(
      "BAD_FILE",
      `cannot read the file ${file}: ${messageOf(cause)}; check ${setting}`,
      { cause },
    );
  }
  return { content: bytes.toString("base64"), fileType: isCertificate(bytes) ? "X509" : "BIN" };
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).subject !== undefined;
  } catch {
    return false;
  }
}
