/**
 * The parts of the SDK's description of the API that are called. All of it takes half a second and a hundred megabytes
 * to take in; these parts, a fiftieth of both.
 */
const SERVICES = [
  "Disks",
  "GlobalOperations",
  "Images",
  "Instances",
  "MachineTypes",
  "ZoneOperations",
  "Zones",
] as const;

/** A description of an API in protobuf.js's JSON form. */
export interface Description {
  nested?: Record<string, Description>;
  fields?: Record<string, { type: string }>;
  methods?: Record<string, { requestType: string; responseType: string }>;
}

const NAMESPACE = ["google", "cloud", "compute", "v1"];

/** A description with the services that are called, all the types that they need, and nothing else of Compute Engine. */
export function describeCalls(whole: Description): Description {
  return narrowed(whole, NAMESPACE);
}

function narrowed(description: Description, path: readonly string[]): Description {
  const [name, ...rest] = path;
  const { nested = {} } = description;
  if (name === undefined) return { ...description, nested: reachable(nested) };
  const inner = nested[name];
  if (inner === undefined) return description;
  // Beside google.cloud.compute.v1 there are other versions of it, and the annotations that all of them use.
  const others = name === "v1" ? {} : nested;
  return { ...description, nested: { ...others, [name]: narrowed(inner, rest) } };
}

function reachable(types: Readonly<Record<string, Description>>): Record<string, Description> {
  const found: Record<string, Description> = {};
  const open: string[] = [...SERVICES];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const type = types[name];
    if (type === undefined || Object.hasOwn(found, name)) continue;
    found[name] = type;
    open.push(...referencesOf(type));
  }
  return found;
}

function referencesOf({ fields = {}, methods = {}, nested = {} }: Description): string[] {
  return [
    ...Object.values(fields).map(({ type }) => type),
    ...Object.values(methods).flatMap(({ requestType, responseType }) => [
      requestType,
      responseType,
    ]),
    ...Object.values(nested).flatMap(referencesOf),
  ];
}
