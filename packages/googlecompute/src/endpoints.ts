import { z } from "zod";

/** Where a service of the cloud answers. */
export interface Endpoint {
  protocol: "http" | "https";
  /** A name or an address, without the port. */
  host: string;
  port: number;
}

/** The services whose address can be chosen, and the path that their APIs have. */
const PATHS = {
  compute: "/compute/v1/",
  storage: "/storage/v1/",
  oauth2: undefined,
  oslogin: undefined,
} as const;

type Service = keyof typeof PATHS;

/** The settings that say where the cloud answers, named as the official plugin's are. */
export const endpointFields = {
  custom_endpoints: z
    .record(z.string(), z.string())
    .default({})
    .superRefine((endpoints, context) => {
      for (const [service, address] of Object.entries(endpoints)) {
        const message = problemWith(service, address);
        if (message !== undefined) {
          context.addIssue({ code: "custom", path: [service], message });
        }
      }
    })
    .describe(
      "Where services answer: `compute` and `storage`, such as https://compute.example/compute/v1/. `oslogin` and `oauth2` are of no use here, and allowed.",
    ),
  universe_domain: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "is no domain; write for instance googleapis.com")
    .optional()
    .describe("The domain of the cloud. Default: googleapis.com."),
};

/** The settings that say where the cloud answers. */
export type EndpointSettings = z.output<z.ZodObject<typeof endpointFields>>;

/** Where a service answers; `undefined` for its usual address. */
export function endpointOf(
  { custom_endpoints: endpoints }: EndpointSettings,
  service: "compute" | "storage",
): Endpoint | undefined {
  const address = endpoints[service];
  if (address === undefined || address === "") return undefined;
  const { protocol, hostname, port } = urlOf(address);
  const isPlain = protocol === "http:";
  return {
    protocol: isPlain ? "http" : "https",
    host: hostname,
    port: port === "" ? (isPlain ? 80 : 443) : Number(port),
  };
}

/** Warns of tokens that would cross a network unprotected. */
export function endpointWarnings(settings: EndpointSettings): string[] {
  return (["compute", "storage"] as const).flatMap((service) => {
    const endpoint = endpointOf(settings, service);
    if (endpoint?.protocol !== "http" || /^(localhost|127\..*|\[::1\])$/.test(endpoint.host)) {
      return [];
    }
    return [
      `custom_endpoints.${service} is http, so that the credentials cross the network unprotected: use https`,
    ];
  });
}

function problemWith(service: string, address: string): string | undefined {
  if (!Object.hasOwn(PATHS, service)) {
    return `is no service with an address of its own; there are ${Object.keys(PATHS).join(", ")}`;
  }
  const path = PATHS[service as Service];
  if (path === undefined || address === "") return undefined;
  const url = URL.canParse(withScheme(address)) ? urlOf(address) : undefined;
  const isUsable =
    url !== undefined &&
    ["http:", "https:"].includes(url.protocol) &&
    ["", "/", path, path.slice(0, -1)].includes(url.pathname) &&
    `${url.username}${url.password}${url.search}${url.hash}` === "";
  return isUsable ? undefined : `is no address of ${service}; write https://<host>${path}`;
}

function urlOf(address: string): URL {
  return new URL(withScheme(address));
}

/** An address without a scheme is https, as the official plugin has it. */
function withScheme(address: string): string {
  return address.includes("://") ? address : `https://${address}`;
}
