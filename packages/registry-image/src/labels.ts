import { describeValue, RegistryImageError } from "./errors.ts";

/** Bounds that keep a label storable and showable anywhere; lengths are in UTF-16 code units. */
export const LABEL_LIMITS = { keyLength: 128, valueLength: 4096, count: 256 } as const;

/**
 * Says what is wrong with a label, in words that follow the label's name; `undefined` where nothing is. A label has a
 * name without control characters, and text without control characters other than tab and line breaks, both within
 * {@link LABEL_LIMITS}.
 */
export function labelProblem(key: string, value: unknown): string | undefined {
  const { keyLength, valueLength } = LABEL_LIMITS;
  if (key.trim() === "") return "has an empty name; name it";
  if (key.length > keyLength) {
    return `has a name of ${key.length} characters; the most is ${keyLength}`;
  }
  if (hasControlCharacters(key)) return "has control characters in its name; remove them";
  if (typeof value !== "string") return `is ${describeValue(value)}; make it text`;
  if (value.length > valueLength) {
    return `has ${value.length} characters; the most is ${valueLength}: shorten it`;
  }
  if (hasControlCharacters(value.replace(/[\t\n\r]/g, ""))) {
    return "has control characters in it; remove them";
  }
  return undefined;
}

/**
 * Checks all labels at once.
 *
 * @throws {RegistryImageError} `BAD_LABELS`; the message names every label that is wrong, and how.
 */
export function validateLabels(labels: Readonly<Record<string, unknown>>): void {
  const problems = Object.entries(labels).flatMap(([key, value]) => {
    const problem = labelProblem(key, value);
    return problem === undefined ? [] : [`the label ${nameLabel(key)} ${problem}`];
  });
  const count = Object.keys(labels).length;
  if (count > LABEL_LIMITS.count) {
    problems.push(`there are ${count} labels; the most is ${LABEL_LIMITS.count}`);
  }
  if (problems.length > 0) throw new RegistryImageError("BAD_LABELS", problems.join("; "));
}

/** A label's name as it stands in messages: quoted, escaped and short. */
export function nameLabel(key: string): string {
  return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
}

/** Copies `value` into `labels` under `key`; a key named `__proto__` is a label like any other. */
export function assignLabel(labels: Record<string, string>, key: string, value: string): void {
  if (key === "__proto__") {
    Object.defineProperty(labels, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  } else {
    labels[key] = value;
  }
}

function hasControlCharacters(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
