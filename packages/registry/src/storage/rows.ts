/** The rows of `execute`: both drivers answer with an object that has them. */
export function rowsOf<Row>(result: unknown): Row[] {
  return (result as { rows: Row[] }).rows;
}
