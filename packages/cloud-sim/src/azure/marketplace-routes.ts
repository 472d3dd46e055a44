import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import { compareVersions } from "./platform-images.ts";
import type { Resources } from "./resources.ts";

const VERSIONS =
  "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions";

/** The versions of the marketplace's images. */
export function marketplaceRoutes(resources: Resources): Route[] {
  return [
    {
      method: "GET",
      path: VERSIONS,
      operation: "VirtualMachineImages_List",
      handle: (exchange) => exchange.sendJson(200, list(resources, exchange)),
    },
    {
      method: "GET",
      path: `${VERSIONS}/{version}`,
      operation: "VirtualMachineImages_Get",
      handle(exchange) {
        const version = exchange.parameter("version");
        const found = published(resources, exchange).find((one) => one.version === version);
        if (found === undefined) {
          throw new ApiError(
            404,
            "NotFound",
            `Artifact: VMImage version ${version} was not found.`,
          );
        }
        exchange.sendJson(200, {
          ...reference(exchange, found.version),
          properties: {
            osDiskImage: {
              operatingSystem: found.osType ?? "Linux",
              sizeInGb: found.diskSizeGb ?? 30,
            },
            hyperVGeneration: "V2",
            architecture: "x64",
            dataDiskImages: [],
          },
        });
      },
    },
  ];
}

function published({ options }: Resources, exchange: Exchange) {
  const is = (value: string, parameter: string) =>
    value.toLowerCase() === exchange.parameter(parameter).toLowerCase();
  return options.platformImages
    .filter(
      ({ publisher, offer, sku }) =>
        is(publisher, "publisher") && is(offer, "offer") && is(sku, "sku"),
    )
    .sort((one, other) => compareVersions(one.version, other.version));
}

function list(resources: Resources, exchange: Exchange): object[] {
  const found = published(resources, exchange);
  if (/desc/i.test(exchange.field("$orderby"))) found.reverse();
  const top = Number(exchange.field("$top") || found.length);
  return found.slice(0, top).map(({ version }) => reference(exchange, version));
}

function reference(exchange: Exchange, version: string): object {
  const [subscription, location, publisher, offer, sku] = [
    "subscription",
    "location",
    "publisher",
    "offer",
    "sku",
  ].map((name) => exchange.parameter(name));
  return {
    location,
    name: version,
    id: `/Subscriptions/${subscription}/Providers/Microsoft.Compute/Locations/${location}/Publishers/${publisher}/ArtifactTypes/VMImage/Offers/${offer}/Skus/${sku}/Versions/${version}`,
  };
}
