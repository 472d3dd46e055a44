/** `1 build`, `2 builds`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** Such as `3 days ago` or `in 2 hours`. */
export function relativeTime(time: Date, now = new Date()): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  if (unit === "second") return seconds > 0 ? "in a moment" : "just now";
  return RELATIVE.format(Math.trunc(seconds / length), unit);
}

/** A version's name; one that is incomplete has none of its own yet. */
export function versionLabel({ name, fingerprint }: { name: string; fingerprint: string }): string {
  return name === "v0" ? `incomplete ${fingerprint.slice(-6)}` : name;
}
