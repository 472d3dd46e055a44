import { request } from "node:https";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import type { AzureStandIn } from "../src/index.ts";

export interface AzureAnswer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  body: any;
}

export const LOCATION = "westeurope";
export const HOME = "/resourceGroups/packerkit-images";

/** Asks an address of the cloud; a body is JSON, or a form as it is. */
export function call(
  cloud: AzureStandIn,
  endpoint: string,
  options: { body?: object | string; token?: string | undefined; headers?: object } = {},
): Promise<AzureAnswer> {
  const [method = "GET", target = ""] = endpoint.split(" ");
  const url = target.startsWith("https:") ? target : `${cloud.url}${target}`;
  const { body, token, headers } = options;
  const content = typeof body === "object" ? JSON.stringify(body) : body;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        ca: cloud.certificate,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (response) => {
        text(response).then((said) => {
          const isJson = response.headers["content-type"]?.includes("json") ?? false;
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: isJson ? JSON.parse(said) : said,
          });
        }, reject);
      },
    );
    sent.on("error", reject);
    sent.end(content);
  });
}

/** Asks for a token as a service principal does. */
export function signIn(
  cloud: AzureStandIn,
  more: Record<string, string> = {},
): Promise<AzureAnswer> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: cloud.clientId,
    client_secret: cloud.clientSecret,
    scope: `${cloud.url}/.default`,
    ...more,
  });
  return call(cloud, `POST /${cloud.tenantId}/oauth2/v2.0/token`, { body: form.toString() });
}

/** Signs in once, and asks Resource Manager; a path follows the subscription. */
export async function openManager(cloud: AzureStandIn) {
  const token: string = (await signIn(cloud)).body.access_token;
  const ask = (endpoint: string, body?: object): Promise<AzureAnswer> => {
    const [method, path] = endpoint.split(" ");
    const url = path?.startsWith("https:") ? path : `/subscriptions/${cloud.subscriptionId}${path}`;
    return call(cloud, `${method} ${url}`, { token, ...(body === undefined ? {} : { body }) });
  };
  /** Begins something, waits until it has ended, and answers how. */
  const done = async (endpoint: string, body?: object): Promise<AzureAnswer> => {
    const begun = await ask(endpoint, body);
    expect(begun.status, JSON.stringify(begun.body)).toBeLessThan(300);
    const operation = String(begun.headers["azure-asyncoperation"]);
    for (;;) {
      const polled = await ask(`GET ${operation}`);
      if (polled.body.status !== "InProgress") return polled;
    }
  };
  return { ask, done, token };
}

export type Manager = Awaited<ReturnType<typeof openManager>>;

export const idOf = (cloud: AzureStandIn, path: string): string =>
  `/subscriptions/${cloud.subscriptionId}${path}`;

export const UBUNTU = {
  publisher: "Canonical",
  offer: "ubuntu-24_04-lts",
  sku: "server",
  version: "latest",
};

/** A resource group `build` with a network, an address, an interface, and a machine that runs. */
export async function startMachine(
  cloud: AzureStandIn,
  { ask, done }: Manager,
  more: object = {},
): Promise<AzureAnswer> {
  const network = "/resourceGroups/build/providers/Microsoft.Network";
  await ask("PUT /resourceGroups/build", { location: LOCATION });
  const subnets = [{ name: "default", properties: { addressPrefix: "10.0.0.0/24" } }];
  await done(`PUT ${network}/virtualNetworks/net`, { location: LOCATION, properties: { subnets } });
  await done(`PUT ${network}/publicIPAddresses/ip`, { location: LOCATION, properties: {} });
  await done(`PUT ${network}/networkInterfaces/nic`, {
    location: LOCATION,
    properties: {
      ipConfigurations: [
        {
          name: "ipconfig",
          properties: {
            subnet: { id: idOf(cloud, `${network}/virtualNetworks/net/subnets/default`) },
            publicIPAddress: { id: idOf(cloud, `${network}/publicIPAddresses/ip`) },
          },
        },
      ],
    },
  });
  return await done(`PUT ${MACHINE}`, machine(cloud, more));
}

export const MACHINE = "/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/vm-1";

export function machine(cloud: AzureStandIn, more: object = {}): object {
  const nic = "/resourceGroups/build/providers/Microsoft.Network/networkInterfaces/nic";
  return {
    location: LOCATION,
    properties: {
      hardwareProfile: { vmSize: "Standard_B1s" },
      storageProfile: {
        imageReference: UBUNTU,
        osDisk: { name: "os-1", createOption: "FromImage" },
      },
      osProfile: {
        computerName: "vm-1",
        adminUsername: "packer",
        adminPassword: "a-password-that-must-not-show",
        linuxConfiguration: { ssh: { publicKeys: [{ keyData: "ssh-ed25519 AAAA packer" }] } },
      },
      networkProfile: { networkInterfaces: [{ id: idOf(cloud, nic) }] },
      ...more,
    },
  };
}
