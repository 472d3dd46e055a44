/** Where a channel points, and where it will. */
export function Move({ from, to }: { from: string; to: string }) {
  return (
    <>
      {from} <span aria-hidden="true">→</span>
      <span className="visually-hidden">goes to</span> {to}
    </>
  );
}
