import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { VSphereError } from "../errors.ts";
import type { ManagedObjectReference } from "./reference.ts";

/** What an element of a request holds; a list is the element once for each entry, `undefined` is left out. */
export type XmlContent =
  | string
  | number
  | boolean
  | undefined
  | XmlElements
  | readonly XmlContent[];

/** Elements by name, written in this order: vCenter insists on that of the schema. `@…` are attributes. */
export interface XmlElements {
  readonly [name: string]: XmlContent;
}

const format = {
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  textNodeName: "#text",
  processEntities: true,
} as const;

const builder = new XMLBuilder({ ...format, suppressBooleanAttributes: false });

/** Numbers and truth values stay text: a machine may be named `007` or `true`. */
const parser = new XMLParser({
  ...format,
  htmlEntities: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // Servers bind the namespace of `xsi:type` to prefixes of their own.
  transformAttributeName: (name) => name.replace(/^@.+:type$/, "@xsi:type"),
});

/** Writes elements as XML. */
export function toXml(elements: XmlElements): string {
  return builder.build(elements);
}

/**
 * Reads XML. What is no XML at all reads as something in which nothing is found: to validate it first would cost as much
 * as to read it.
 *
 * @throws {VSphereError} `BAD_ANSWER` where the text cannot be read.
 */
export function parseXml(text: string): XmlNode {
  try {
    return new XmlNode(parser.parse(text));
  } catch (cause) {
    throw new VSphereError("BAD_ANSWER", "the server's answer is not well-formed XML", { cause });
  }
}

/** An element of an answer. Whatever is asked of it that is not there is `undefined`, or an empty list. */
export class XmlNode {
  /** As parsed; it can stand in a request as it is. */
  readonly content: XmlContent;

  constructor(content: unknown) {
    this.content = content as XmlContent;
  }

  /** The type that the element says it has (`xsi:type`), without a prefix. */
  get type(): string | undefined {
    return this.#attribute("@xsi:type")?.replace(/^.*:/, "");
  }

  /** The text inside; empty where there is none. */
  get text(): string {
    if (typeof this.content === "string") return this.content;
    return this.#attribute("#text") ?? "";
  }

  /** The reference that the element is; undefined where it is none. */
  get reference(): ManagedObjectReference | undefined {
    const type = this.#attribute("@type");
    return type === undefined ? undefined : { type, value: this.text };
  }

  /** The first element of that name. */
  child(name: string): XmlNode | undefined {
    return this.children(name)[0];
  }

  /** All elements of that name. */
  children(name: string): XmlNode[] {
    const found = this.#elements?.[name];
    if (found === undefined) return [];
    return (Array.isArray(found) ? found : [found]).map((content) => new XmlNode(content));
  }

  /** The text of the first element of that name. */
  childText(name: string): string | undefined {
    return this.child(name)?.text;
  }

  /** The names of the elements inside. */
  get childNames(): string[] {
    return Object.keys(this.#elements ?? {}).filter((name) => !/^[@#]/.test(name));
  }

  get #elements(): Readonly<Record<string, unknown>> | undefined {
    const { content } = this;
    if (typeof content !== "object" || content === null) return undefined;
    return content as Readonly<Record<string, unknown>>;
  }

  #attribute(name: string): string | undefined {
    const value = this.#elements?.[name];
    return typeof value === "string" ? value : undefined;
  }
}
