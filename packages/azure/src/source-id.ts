/** The source image's id in the generated data of a state; empty where that has none, or is not of that form. */
export function sourceIdOf(generatedData: unknown): string {
  if (typeof generatedData !== "object" || generatedData === null) return "";
  const name = (generatedData as Record<string, unknown>)["SourceImageName"];
  return typeof name === "string" ? name : "";
}
