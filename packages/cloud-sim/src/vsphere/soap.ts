import { VimFault } from "./fault.ts";
import { data } from "./values.ts";
import { parseXml, toXml, type XmlElements, type XmlNode } from "./xml.ts";

/** A call as its envelope tells it. */
export interface SoapCall {
  /** Such as `CloneVM_Task`. */
  readonly method: string;
  /** The id of the object that is called. */
  readonly self: string;
  /** The element of the method, with its parameters. */
  readonly parameters: XmlNode;
}

/** @throws {VimFault} `InvalidRequest` for what is no envelope of a call. */
export function readCall(text: string): SoapCall {
  const body = localChild(localChild(parse(text), "Envelope"), "Body");
  const [method = ""] = body?.childNames ?? [];
  const parameters = body?.child(method);
  const self = parameters?.childText("_this");
  if (parameters === undefined || self === undefined) throw invalidRequest();
  return { method, self, parameters };
}

function parse(text: string): XmlNode {
  try {
    return parseXml(text);
  } catch {
    throw invalidRequest();
  }
}

function invalidRequest(): VimFault {
  return new VimFault("InvalidRequest", "Unable to resolve the request.");
}

function localChild(node: XmlNode | undefined, name: string): XmlNode | undefined {
  const found = node?.childNames.find((full) => full === name || full.endsWith(`:${name}`));
  return found === undefined ? undefined : node?.child(found);
}

/** The envelope of an answer. */
export function answerEnvelope(method: string, result: XmlElements = {}): string {
  return envelope({ [`${method}Response`]: { "@xmlns": "urn:vim25", ...result } });
}

/** The envelope of a refusal. */
export function faultEnvelope({ fault, message, elements }: VimFault): string {
  return envelope({
    "soapenv:Fault": {
      faultcode: "ServerFaultCode",
      faultstring: message,
      detail: { [`${fault}Fault`]: { "@xmlns": "urn:vim25", ...data(fault, elements) } },
    },
  });
}

function envelope(body: XmlElements): string {
  const content = toXml({
    "soapenv:Envelope": {
      "@xmlns:soapenv": "http://schemas.xmlsoap.org/soap/envelope/",
      "@xmlns:xsd": "http://www.w3.org/2001/XMLSchema",
      "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
      "soapenv:Body": body,
    },
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${content}`;
}
