import { XMLBuilder, XMLParser } from "fast-xml-parser";

/** What an element holds; a list is the element once for each entry, `undefined` is left out, `@…` are attributes. */
export type XmlContent =
  | string
  | number
  | boolean
  | undefined
  | XmlElements
  | readonly XmlContent[];

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

const parser = new XMLParser({
  ...format,
  htmlEntities: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  transformAttributeName: (name) => name.replace(/^@.+:type$/, "@xsi:type"),
});

export function toXml(elements: XmlElements): string {
  return builder.build(elements);
}

/** Reads a document; throws for what is not well-formed. */
export function parseXml(text: string): XmlNode {
  return new XmlNode(parser.parse(text, true));
}

/** An element that was read. Whatever is asked of it that is not there is `undefined`, or an empty list. */
export class XmlNode {
  readonly content: XmlContent;

  constructor(content: unknown) {
    this.content = content as XmlContent;
  }

  /** Its `xsi:type`, without a prefix. */
  get type(): string | undefined {
    return this.#attribute("@xsi:type")?.replace(/^.*:/, "");
  }

  get text(): string {
    if (typeof this.content === "string") return this.content;
    return this.#attribute("#text") ?? "";
  }

  child(name: string): XmlNode | undefined {
    return this.children(name)[0];
  }

  children(name: string): XmlNode[] {
    const found = this.#elements?.[name];
    if (found === undefined) return [];
    return (Array.isArray(found) ? found : [found]).map((content) => new XmlNode(content));
  }

  childText(name: string): string | undefined {
    return this.child(name)?.text;
  }

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
