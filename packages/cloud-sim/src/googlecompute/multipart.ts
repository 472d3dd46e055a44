import { ApiError } from "../frame/errors.ts";

/**
 * Takes a `multipart/related` upload apart: a part of JSON, and a part with the content.
 *
 * @throws {ApiError} 400 where it is not of that form.
 */
export function splitMultipart(
  bytes: Buffer,
  contentType: string,
): { metadata: Readonly<Record<string, unknown>>; content: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) throw malformed();
  const separator = Buffer.from(`--${boundary}`);
  const first = bytes.indexOf(separator);
  const second = bytes.indexOf(separator, first + 1);
  const end = bytes.lastIndexOf(separator);
  if (first === -1 || second === -1 || end === second) throw malformed();
  const metadata = body(bytes.subarray(first, second));
  const content = body(bytes.subarray(second, end));
  try {
    return { metadata: JSON.parse(metadata.toString()), content };
  } catch {
    throw malformed();
  }
}

/** What follows a part's headers, without the line end before the next separator. */
function body(part: Buffer): Buffer {
  const start = part.indexOf("\r\n\r\n");
  if (start === -1) throw malformed();
  return part.subarray(start + 4, part.length - 2);
}

function malformed(): ApiError {
  return new ApiError(400, "badContent", "The body is not a multipart upload of two parts.");
}
