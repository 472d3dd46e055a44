/**
 * The id of the source image, out of generated data that may be missing or hold anything; empty where there is none.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/artifact.go`, which panics over what is no text.
 */
export function sourceIdOf(generatedData: unknown): string {
  if (typeof generatedData !== "object" || generatedData === null) return "";
  const id = (generatedData as Record<string, unknown>)["SourceAMI"];
  return typeof id === "string" ? id : "";
}
