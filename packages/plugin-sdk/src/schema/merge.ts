/** Whether a value is a record of settings, and not an array, a class's instance or the like. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Settings that come in parts, as one: a later part wins, records are merged name by name, and null says nothing. A
 * list replaces the one before it as a whole, where Go would put its elements over those of the earlier one.
 *
 * Source: packer-plugin-sdk `template/config/decode.go`, `Decode`.
 */
export function mergeSettings(
  parts: readonly Readonly<Record<string, unknown>>[],
): Record<string, unknown> {
  const merged = new Map<string, unknown>();
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) {
      if (value === null || value === undefined) continue;
      const earlier = merged.get(name);
      merged.set(
        name,
        isRecord(earlier) && isRecord(value) ? mergeSettings([earlier, value]) : value,
      );
    }
  }
  return Object.fromEntries(merged);
}
