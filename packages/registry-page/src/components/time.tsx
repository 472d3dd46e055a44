import { relativeTime } from "./text.ts";

/** A time as people say it; the exact one shows on hovering, and is read out. */
export function Time({ at }: { at: string }) {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return null;
  return (
    <time dateTime={at} title={time.toLocaleString()}>
      {relativeTime(time)}
    </time>
  );
}
