/** A step from one layout of the store to the next; once released it never changes. */
export interface Migration {
  id: string;
  statements: readonly string[];
}
