import { faultError, readLocalizedFault } from "./faults.ts";
import { type ManagedObjectReference, referenceText, referenceXml } from "./reference.ts";
import type { CallOptions, VimSession } from "./session.ts";
import type { XmlElements, XmlNode } from "./xml.ts";

/** Paths of properties to read, by the type of the objects that have them. */
export type PropertyPaths = Readonly<Record<string, readonly string[]>>;

/** One step from objects of a type to those that a property of theirs refers to. */
export interface Traversal {
  readonly type: string;
  /** The property that refers to other objects. */
  readonly path: string;
}

/** Which objects to read. */
export interface RetrieveSpec {
  readonly from: readonly ManagedObjectReference[];
  readonly paths: PropertyPaths;
  /** Goes on from those objects, in any number of these steps; those objects are then left out but where `andFrom` is set. */
  readonly along?: readonly Traversal[];
  readonly andFrom?: boolean;
}

/** The properties of one object. */
export class ObjectProperties {
  readonly reference: ManagedObjectReference;
  readonly #values: ReadonlyMap<string, XmlNode>;

  constructor(reference: ManagedObjectReference, values: ReadonlyMap<string, XmlNode>) {
    this.reference = reference;
    this.#values = values;
  }

  /** The value of a property; undefined where it is not set. */
  get(path: string): XmlNode | undefined {
    return this.#values.get(path);
  }

  text(path: string): string {
    return this.get(path)?.text ?? "";
  }

  /** The references of a property that is a list of them. */
  references(path: string): ManagedObjectReference[] {
    const list = this.get(path)?.children("ManagedObjectReference") ?? [];
    return list.flatMap(({ reference }) => (reference === undefined ? [] : [reference]));
  }
}

/**
 * Reads properties of objects, all in one call where the vCenter does not page its answer.
 *
 * @throws {VSphereError} `FAULT`: `ManagedObjectNotFound` where one of `from` does not exist.
 */
export async function retrieveProperties(
  session: VimSession,
  spec: RetrieveSpec,
  options: CallOptions = {},
): Promise<ObjectProperties[]> {
  return await session.renewing(async () => {
    const { propertyCollector } = await session.content();
    const parameters = { specSet: filterSpec(spec), options: {} };
    const found: ObjectProperties[] = [];
    let answer = await session.call("RetrievePropertiesEx", propertyCollector, parameters, options);
    for (;;) {
      const result = answer.child("returnval");
      found.push(...(result?.children("objects") ?? []).map(readObject));
      const token = result?.childText("token");
      if (!token) return found;
      answer = await session.call(
        "ContinueRetrievePropertiesEx",
        propertyCollector,
        { token },
        options,
      );
    }
  });
}

/** Reads properties of one object. @throws {VSphereError} as {@link retrieveProperties}. */
export async function propertiesOf(
  session: VimSession,
  reference: ManagedObjectReference,
  paths: readonly string[],
  options: CallOptions = {},
): Promise<ObjectProperties> {
  const spec = { from: [reference], paths: { [reference.type]: paths } };
  const [found] = await retrieveProperties(session, spec, options);
  return found ?? new ObjectProperties(reference, new Map());
}

/** A `PropertyFilterSpec`. */
export function filterSpec({
  from,
  paths,
  along = [],
  andFrom = false,
}: RetrieveSpec): XmlElements {
  const steps = along.map((_, index) => ({
    "@xsi:type": "SelectionSpec",
    name: `step${index}`,
  }));
  return {
    propSet: Object.entries(paths).map(([type, pathSet]) => ({ type, all: false, pathSet })),
    objectSet: from.map((reference) => ({
      obj: referenceXml(reference),
      skip: along.length > 0 && !andFrom,
      selectSet: along.map(({ type, path }, index) => ({
        "@xsi:type": "TraversalSpec",
        name: `step${index}`,
        type,
        path,
        skip: false,
        selectSet: steps,
      })),
    })),
  };
}

function readObject(node: XmlNode): ObjectProperties {
  const reference = node.child("obj")?.reference ?? { type: "", value: "" };
  for (const missing of node.children("missingSet")) {
    const fault = missing.child("fault");
    // What is kept from the user counts as not set; a session that is over counts for the whole call.
    if (fault?.child("fault")?.type === "NotAuthenticated") {
      throw faultError(
        `reading ${missing.childText("path")} of ${referenceText(reference)}`,
        readLocalizedFault(fault),
      );
    }
  }
  const values = node
    .children("propSet")
    .map((property) => [property.childText("name") ?? "", property.child("val")] as const)
    .filter((entry): entry is readonly [string, XmlNode] => entry[1] !== undefined);
  return new ObjectProperties(reference, new Map(values));
}
