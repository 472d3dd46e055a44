import type { DisksClient } from "@google-cloud/compute/build/src/v1/disks_client.js";
import type { GlobalOperationsClient } from "@google-cloud/compute/build/src/v1/global_operations_client.js";
import type { ImagesClient } from "@google-cloud/compute/build/src/v1/images_client.js";
import type { InstancesClient } from "@google-cloud/compute/build/src/v1/instances_client.js";
import type { MachineTypesClient } from "@google-cloud/compute/build/src/v1/machine_types_client.js";
import type { ZoneOperationsClient } from "@google-cloud/compute/build/src/v1/zone_operations_client.js";
import type { ZonesClient } from "@google-cloud/compute/build/src/v1/zones_client.js";
import { cleanText, messageOf } from "@packerkit/plugin-sdk";
import type { GoogleAuth } from "google-auth-library";
import { type Description, describeCalls } from "./api-description.ts";
import type { Credentials } from "./authentication.ts";
import type { Endpoint } from "./endpoints.ts";
import { GoogleComputeError } from "./errors.ts";

/** The SDK's clients of the parts of Compute Engine that are called. */
export interface Sdk {
  disks: DisksClient;
  globalOperations: GlobalOperationsClient;
  images: ImagesClient;
  instances: InstancesClient;
  machineTypes: MachineTypesClient;
  zoneOperations: ZoneOperationsClient;
  zones: ZonesClient;
}

/** How to reach the cloud. */
export interface ConnectOptions {
  credentials: Credentials;
  /** Default: the service's own. */
  endpoint?: Endpoint | undefined;
  /** Default: googleapis.com. */
  universeDomain?: string | undefined;
}

/** What the plugin itself may do with the credentials. Source: packer-plugin-googlecompute `lib/common/driver_gce.go`. */
const SCOPES = [
  "https://www.googleapis.com/auth/cloud-platform",
  "https://www.googleapis.com/auth/compute",
  "https://www.googleapis.com/auth/devstorage.full_control",
  "https://www.googleapis.com/auth/userinfo.email",
];

/**
 * Loads the SDK and makes its clients. They come from their own files, not from the package's index, which loads the
 * clients of a hundred other services and takes twice the memory; and they speak REST, so that gRPC is never set up.
 */
export async function loadSdk(options: ConnectOptions): Promise<Sdk> {
  const auth = await authenticate(options);
  transport ??= loadRestTransport();
  const gax = await transport;
  const [disks, globalOperations, images, instances, machineTypes, zoneOperations, zones] =
    await Promise.all([
      import("@google-cloud/compute/build/src/v1/disks_client.js"),
      import("@google-cloud/compute/build/src/v1/global_operations_client.js"),
      import("@google-cloud/compute/build/src/v1/images_client.js"),
      import("@google-cloud/compute/build/src/v1/instances_client.js"),
      import("@google-cloud/compute/build/src/v1/machine_types_client.js"),
      import("@google-cloud/compute/build/src/v1/zone_operations_client.js"),
      import("@google-cloud/compute/build/src/v1/zones_client.js"),
    ]);
  const { endpoint, universeDomain } = options;
  const settings = {
    auth,
    fallback: true,
    ...(universeDomain === undefined ? {} : { universeDomain }),
    ...(endpoint === undefined
      ? {}
      : { protocol: endpoint.protocol, apiEndpoint: endpoint.host, port: endpoint.port }),
  };
  return {
    disks: new disks.DisksClient(settings, gax),
    globalOperations: new globalOperations.GlobalOperationsClient(settings, gax),
    images: new images.ImagesClient(settings, gax),
    instances: new instances.InstancesClient(settings, gax),
    machineTypes: new machineTypes.MachineTypesClient(settings, gax),
    zoneOperations: new zoneOperations.ZoneOperationsClient(settings, gax),
    zones: new zones.ZonesClient(settings, gax),
  };
}

/**
 * What signs requests. It finds the credentials, and asks for no token before the first request: the SDK's clients would
 * look for them by themselves, and let an error of that end the process.
 *
 * @throws {GoogleComputeError} `BAD_CREDENTIALS`
 */
export async function authenticate({
  credentials,
  universeDomain = DEFAULT_UNIVERSE,
}: Pick<ConnectOptions, "credentials" | "universeDomain">): Promise<GoogleAuth> {
  const library = await import("google-auth-library");
  const auth = signer(library, credentials, universeDomain);
  let actual: string;
  try {
    actual = (await auth.getClient()).universeDomain;
  } catch (cause) {
    const cure = "set access_token, credentials_file or credentials_json, or sign in with gcloud";
    throw new GoogleComputeError("BAD_CREDENTIALS", `${cleanText(messageOf(cause))}: ${cure}`, {
      cause,
    });
  }
  if (actual === universeDomain) return auth;
  throw new GoogleComputeError(
    "BAD_CREDENTIALS",
    `the credentials are of ${actual}, not of ${universeDomain}; set universe_domain = "${actual}", or use others`,
  );
}

const DEFAULT_UNIVERSE = "googleapis.com";

function signer(
  { GoogleAuth, OAuth2Client }: typeof import("google-auth-library"),
  credentials: Credentials,
  universeDomain: string,
): GoogleAuth {
  switch (credentials.kind) {
    case "token": {
      const client = new OAuth2Client({ universeDomain });
      client.setCredentials({ access_token: credentials.token });
      return new GoogleAuth({ authClient: client });
    }
    case "json":
      return new GoogleAuth({ credentials: credentials.content, scopes: SCOPES });
    case "default":
      return new GoogleAuth({ scopes: SCOPES });
  }
}

/** Loaded once in a process. */
let transport: ReturnType<typeof loadRestTransport> | undefined;

type Gax = typeof import("google-gax/fallback");

/**
 * The SDK's REST transport, which takes in only those parts of the API's description that are called. Each client
 * would read all of it by itself, and once more for an error that has details.
 */
async function loadRestTransport(): Promise<{ fallback: Gax } & Gax> {
  const { default: gax } = (await import("google-gax/fallback")) as unknown as { default: Gax };
  let root: ReturnType<Gax["protobuf"]["Root"]["fromJSON"]> | undefined;
  const read = (description: object) => {
    root ??= gax.protobuf.Root.fromJSON(describeCalls(description as Description));
    return root;
  };
  class GrpcClient extends gax.GrpcClient {
    override loadProtoJSON = read;
  }
  const protobuf = { ...gax.protobuf, Root: { fromJSON: read } };
  const narrow = { ...gax, GrpcClient, protobuf } as unknown as Gax;
  return { ...narrow, fallback: narrow };
}
