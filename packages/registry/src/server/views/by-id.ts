/** The order of a relational query: by id, which for a ULID is the order of creation. */
export function byId<Column>(row: { id: Column }): Column {
  return row.id;
}
