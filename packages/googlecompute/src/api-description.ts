/**
 * The calls that are made, by service. The SDK's description of the whole API takes half a second and a hundred
 * megabytes to take in; these parts of it, a hundredth of both. A call that is missing here is unknown to the SDK.
 */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  Disks: ["Get", "Delete"],
  GlobalOperations: ["Wait"],
  Images: ["Get", "GetFromFamily", "Insert", "Deprecate", "Delete"],
  Instances: ["Get", "GetSerialPortOutput", "Insert", "Delete"],
  MachineTypes: ["Get"],
  ZoneOperations: ["Wait"],
  Zones: ["Get"],
};

/** A description of an API in protobuf.js's JSON form. */
export interface Description {
  nested?: Record<string, Description>;
  fields?: Record<string, { type: string }>;
  methods?: Record<string, { requestType: string; responseType: string }>;
}

const NAMESPACE = ["google", "cloud", "compute", "v1"];

/** A description with the calls that are made, all the types that they need, and nothing else of Compute Engine. */
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
  const open: string[] = Object.keys(CALLS);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const type = withoutOtherCalls(name, types[name]);
    if (type === undefined || Object.hasOwn(found, name)) continue;
    found[name] = type;
    open.push(...referencesOf(type));
  }
  return found;
}

function withoutOtherCalls(name: string, type: Description | undefined): Description | undefined {
  const calls = CALLS[name];
  if (calls === undefined || type === undefined) return type;
  const methods = Object.entries(type.methods ?? {}).filter(([method]) => calls.includes(method));
  return { ...type, methods: Object.fromEntries(methods) };
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
