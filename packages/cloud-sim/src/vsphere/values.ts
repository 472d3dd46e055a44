import type { ManagedObject } from "./objects.ts";
import type { XmlContent, XmlElements } from "./xml.ts";

/** A property's value, which says its type on the wire. */
export type Value = XmlElements;

export function text(value: string): Value {
  return { "@xsi:type": "xsd:string", "#text": value };
}

export function int(value: number): Value {
  return { "@xsi:type": "xsd:int", "#text": String(value) };
}

export function long(value: number): Value {
  return { "@xsi:type": "xsd:long", "#text": String(value) };
}

export function flag(value: boolean): Value {
  return { "@xsi:type": "xsd:boolean", "#text": String(value) };
}

/** One of an enumeration's words. */
export function word(type: string, value: string): Value {
  return { "@xsi:type": type, "#text": value };
}

/** A reference as a property's value. */
export function reference({ type, id }: Pick<ManagedObject, "type" | "id">): Value {
  return { "@xsi:type": "ManagedObjectReference", ...plainReference({ type, id }) };
}

/** A reference as an element whose type is known. */
export function plainReference({ type, id }: Pick<ManagedObject, "type" | "id">): XmlElements {
  return { "@type": type, "#text": id };
}

export function references(objects: readonly ManagedObject[]): Value {
  return list("ManagedObjectReference", objects.map(plainReference));
}

export function list(type: string, entries: readonly XmlContent[]): Value {
  return { "@xsi:type": `ArrayOf${type}`, [type]: entries };
}

export function data(type: string, elements: XmlElements): Value {
  return { "@xsi:type": type, ...elements };
}
