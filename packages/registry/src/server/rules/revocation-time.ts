import { invalid } from "../grpc-error.ts";

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;
const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const HUNDRED_YEARS = 36_525 * MILLISECONDS.d;

/**
 * When a version is to be revoked: `revokeAt` is RFC 3339, `revokeIn` such as `30d` or `2h45m`. `undefined` where both
 * are absent. Go's encoder always sends `revoke_at`, so that its zero times count as absent.
 *
 * Source: the comments of `UpdateVersionBody`, hcp-sdk-go; strfmt's `DateTime`, a struct that `omitempty` never omits.
 *
 * @throws {GrpcError} 3 for both at once, for what cannot be read, and for times over a hundred years away.
 */
export function revocationTime(revokeAt: string, revokeIn: string, now: Date): Date | undefined {
  const at = isZero(revokeAt) ? undefined : parseTime(revokeAt);
  if (revokeIn === "") return at;
  if (at !== undefined) throw invalid("send revoke_at or revoke_in, not both");
  return new Date(now.getTime() + parseDuration(revokeIn));
}

function isZero(text: string): boolean {
  return text === "" || /^0001-01-01T00:00:00|^1970-01-01T00:00:00(\.0+)?(Z|\+00:00)$/i.test(text);
}

function parseTime(text: string): Date {
  const time = new Date(RFC_3339.test(text) ? text : Number.NaN);
  const distance = Math.abs(time.getTime() - Date.now());
  if (distance <= HUNDRED_YEARS) return time;
  throw invalid(`revoke_at ${JSON.stringify(text)} is no time within a hundred years in RFC 3339`);
}

function parseDuration(text: string): number {
  const [, sign, parts] = /^([+-]?)((?:\d{1,12}(?:\.\d{1,6})?[smhd])+)$/.exec(text) ?? [];
  let total = 0;
  for (const [, amount, unit] of (parts ?? "").matchAll(/([\d.]+)([smhd])/g)) {
    total += Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  }
  if (parts !== undefined && total <= HUNDRED_YEARS) return sign === "-" ? -total : total;
  throw invalid(
    `revoke_in ${JSON.stringify(text)} is no duration of at most a hundred years, such as 30d or 2h45m`,
  );
}
