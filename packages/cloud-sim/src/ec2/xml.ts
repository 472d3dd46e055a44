/** What an XML element holds: text, a list of `<item>`s, or elements by name. `undefined` is left out. */
export type XmlContent =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlContent[]
  | { readonly [name: string]: XmlContent };

/** Elements by name. */
export type XmlElements = { readonly [name: string]: XmlContent };

/** An XML document with one root, whose attributes are written as they are. */
export function xmlDocument(root: string, attributes: string, content: XmlElements): string {
  const opening = attributes === "" ? root : `${root} ${attributes}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${opening}>${inner(content)}</${root}>`;
}

function element(name: string, content: XmlContent): string {
  return content === undefined ? "" : `<${name}>${inner(content)}</${name}>`;
}

function inner(content: XmlContent): string {
  if (typeof content !== "object") return escapeText(String(content));
  if (Array.isArray(content)) return content.map((item) => element("item", item)).join("");
  return Object.entries(content)
    .map(([name, value]) => element(name, value))
    .join("");
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Control characters that XML cannot hold become question marks. */
function escapeText(text: string): string {
  return (
    text
      .replace(/[&<>]/g, (character) => ESCAPES[character] as string)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "?")
  );
}
